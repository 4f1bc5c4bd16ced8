// SPDX-License-Identifier: Apache-2.0

/// Looks up the keys of expressions in the catalogs, and parses their values by the types of the keys.
struct FilterChecker {
  /// The place of the expressions: a policy's scope, or a rule's filters.
  let place: ScopeKey.Places
  /// Whether the events may have fields that the catalog lacks, so that an unknown field is not a finding.
  let mayHaveOtherFields: Bool
  /// The lists that values can name, by the names that the document gives them.
  let lists: [String: ValueList]
  /// What was parsed of lists already.
  let parsed: ListedOperands
  /// The data of findings that filters can ask about, by name.
  let findings: [String: FieldType]
  private(set) var diagnostics: [Diagnostic] = []

  init(
    _ place: ScopeKey.Places, mayHaveOtherFields: Bool = false, lists: [String: ValueList] = [:],
    parsed: ListedOperands = ListedOperands(), findings: [String: FieldType] = [:]
  ) {
    self.place = place
    self.mayHaveOtherFields = mayHaveOtherFields
    self.lists = lists
    self.parsed = parsed
    self.findings = findings
  }

  /// Returns the filter of an expression; nil, with a finding, if it is not valid.
  mutating func check(_ source: SourceText) -> CheckedFilter? {
    if place == .rule, let parts = ElementExpression(source) { return checkElement(parts) }
    guard let expression = FilterExpression(parsing: source, into: &diagnostics) else { return nil }
    return check(expression)
  }

  mutating func check(_ expression: FilterExpression) -> CheckedFilter? {
    let name = expression.key.text
    if expression.comparison == nil { return checkWord(expression) }
    if place == .rule, name.hasPrefix("data."), let type = findings[String(name.dropFirst(5))] {
      guard let values = values(of: expression, type) else { return nil }
      return CheckedFilter(
        expression: expression, target: .finding(String(name.dropFirst(5))), type: type,
        values: values)
    }
    if place == .rule, let (field, member) = PacketField.find(name) {
      return checkField(expression, field, member: member)
    }
    if let key = ScopeCatalog.key(name, in: place) {
      return checkOwner(expression, key)
    }
    if mayHaveOtherFields, name.hasPrefix("data.") || name.hasPrefix("args.") { return nil }
    if ScopeCatalog.word(name, in: place) != nil {
      report(.wordWithValues(name), expression.comparisonRange, expression)
    } else {
      report(.unknownKey(name, in: place), expression.key.range, expression)
    }
    return nil
  }

  private mutating func checkWord(_ expression: FilterExpression) -> CheckedFilter? {
    let name = expression.key.text
    guard let word = ScopeCatalog.word(name, in: place) else {
      if let key = ScopeCatalog.key(name, in: place) {
        report(.keyWithoutValues(name, key.type.takes), expression.key.range, expression)
      } else if place == .rule, let (field, _) = PacketField.find(name) {
        report(
          .keyWithoutValues(name, field.description.type.takes), expression.key.range, expression)
      } else {
        report(.unknownKey(name, in: place), expression.key.range, expression)
      }
      return nil
    }
    switch word.meaning {
    case .everything:
      return CheckedFilter(expression: expression, target: .everything, type: nil, values: [])
    case .follow:
      return CheckedFilter(expression: expression, target: .follow, type: nil, values: [])
    case .container(let flag):
      let value = CheckedFilter.Value(
        word: expression.key, meaning: .operands([.numbers(flag...flag)]))
      return CheckedFilter(
        expression: expression, target: .owner(.container), type: nil, values: [value])
    }
  }

  private mutating func checkOwner(_ expression: FilterExpression, _ key: ScopeKey)
    -> CheckedFilter?
  {
    guard key.field.isSupported else {
      report(.unsupportedKey(expression.key.text), expression.key.range, expression)
      return nil
    }
    guard let values = values(of: expression, key.type, words: key.words) else { return nil }
    return CheckedFilter(
      expression: expression, target: .owner(key.field), type: key.type, values: values)
  }

  /// A filter on one element of a list.
  private mutating func checkElement(_ parts: ElementExpression) -> CheckedFilter? {
    var (members, isRight): ([CheckedFilter], Bool) = ([], true)
    for part in parts.members {
      guard let expression = FilterExpression(parsing: part, into: &diagnostics) else {
        isRight = false
        continue
      }
      var inList = expression
      inList.key.text = parts.list + "." + expression.key.text
      guard let member = check(inList), case .packet(let field, nil) = member.target,
        field.isMember(ofList: parts.list)
      else {
        if !diagnostics.contains(where: { $0.range == expression.key.range }) {
          report(.noMember(inList.key.text, parts.list), expression.key.range, expression)
        }
        isRight = false
        continue
      }
      members.append(member)
    }
    guard isRight, !members.isEmpty else { return nil }
    var filter = CheckedFilter(
      expression: FilterExpression(
        source: parts.source,
        key: FilterExpression.Word(parts.list, parts.source.range(ofUTF8: parts.listPlace)),
        comparison: nil, comparisonRange: parts.source.range, values: []),
      target: .element(parts.source.text), type: nil, values: [])
    filter.element = ElementClause(
      list: parts.list, isNone: parts.isNone, members: members.packetClauses)
    return filter
  }

  private mutating func checkField(
    _ expression: FilterExpression, _ field: PacketField, member: String?
  ) -> CheckedFilter? {
    guard field.isSupported else {
      report(.unsupportedField(expression.key.text), expression.key.range, expression)
      return nil
    }
    let type = field.description.type
    guard var values = values(of: expression, type) else { return nil }
    if let member { values = values.map { $0.belonging(to: member) } }
    return CheckedFilter(
      expression: expression, target: .packet(field, member: member), type: type, values: values)
  }

  /// Returns the values of an expression, parsed by a type; nil, with findings, if one of them is not valid.
  private mutating func values(
    of expression: FilterExpression, _ type: FieldType, words: [String] = []
  ) -> [CheckedFilter.Value]? {
    guard let comparison = expression.comparison else { return nil }
    let key = expression.key.text
    let bound = Bound.Comparison(rawValue: comparison.rawValue)
    if bound != nil && !type.hasOrder {
      report(.noOrder(key, type), expression.comparisonRange, expression)
      return nil
    }
    var values: [CheckedFilter.Value] = []
    for word in expression.values {
      do throws(ValueFault) {
        if word.text.hasPrefix("@"), !word.isQuoted {
          guard let found = listed(word, type, expression) else { continue }
          values.append(.init(word: word, meaning: .operands(found)))
        } else if let bound {
          let limit = try type.limit(word.text)
          values.append(.init(word: word, meaning: .bound(Bound(bound, limit))))
        } else if words.contains(word.text) {
          values.append(.init(word: word, meaning: .operands([.state(word.text)])))
        } else {
          values.append(.init(word: word, meaning: .operands(try type.operands(word.text))))
        }
      } catch {
        report(
          .invalidValue(meant(error, word, type, key), key, type, words), word.range, expression)
      }
    }
    return values.count == expression.values.count ? values : nil
  }

  /// The operands that a list stands for; nil, with a finding, when it stands for none.
  private mutating func listed(
    _ word: FilterExpression.Word, _ type: FieldType, _ expression: FilterExpression
  ) -> [Operand]? {
    let name = String(word.text.dropFirst())
    guard let list = lists[name] else {
      report(.unknownList(name, lists.keys.sorted()), word.range, expression)
      return nil
    }
    if expression.comparison != .equal, expression.comparison != .notEqual {
      report(.listHasNoOrder(name), expression.comparisonRange, expression)
      return nil
    }
    guard !list.entries.isEmpty else {
      report(.emptyList(name), word.range, expression)
      return nil
    }
    return parsed.operands(of: list, type) { entry, fault in
      let finding = FilterFinding.invalidValue(fault, expression.key.text, type, [])
      diagnostics.append(
        Diagnostic(
          finding.rule, finding.message, source: list.source.name, range: list.range(entry),
          help: finding.help))
      return diagnostics.count < ValueList.findingLimit
    }
  }

  /// Returns the fault of a value with what was meant, if the value is right but for characters that look like others.
  private func meant(
    _ fault: ValueFault, _ word: FilterExpression.Word, _ type: FieldType, _ key: String
  ) -> ValueFault {
    if word.text.contains(" - ") {
      return ValueFault(
        fault.reason, help: "if ` - ` begins another element, indent it like the one before")
    }
    guard fault.replacement == nil, let plain = Confusable.plain(word.text),
      (try? type.operands(plain)) != nil
    else {
      if fault.help == nil, ScopeCatalog.key(key, in: place)?.field == .userID,
        WholeNumber.read(word.text) == nil, word.text.contains(where: \.isLetter)
      {
        return ValueFault(
          fault.reason, help: "write the number that `id -u \(word.text)` prints")
      }
      return fault
    }
    return ValueFault(
      "`\(word.text)` has characters that only look like others", replacement: plain)
  }

  private mutating func report(
    _ finding: FilterFinding, _ range: SourceRange, _ expression: FilterExpression
  ) {
    let isExact = expression.source.verbatimStart != nil
    diagnostics.append(
      Diagnostic(
        finding.rule, finding.message, source: expression.source.source, range: range,
        help: finding.help,
        fix: isExact
          ? finding.replacement.map { Diagnostic.Fix(range: range, replacement: $0) } : nil))
  }
}

extension Operand {
  /// Returns the operand of a state, such as `new`.
  static func state(_ word: String) -> Operand { .member(FieldValue.state, .exact(word)) }
}

extension CheckedFilter.Value {
  /// Returns the value as a value of a member, such as a header.
  fileprivate func belonging(to member: String) -> Self {
    guard case .operands(let operands) = meaning else { return self }
    let ofMember = operands.map { operand in
      if case .text(let pattern) = operand { Operand.member(member, pattern) } else { operand }
    }
    return Self(word: word, meaning: .operands(ofMember))
  }
}
