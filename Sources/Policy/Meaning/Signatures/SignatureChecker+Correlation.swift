// SPDX-License-Identifier: Apache-2.0

/// What the words of a correlation mean.
extension SignatureChecker {
  private static let types: [String: Set<String>] = [
    "event_count": ["gt", "gte", "lt", "lte", "eq"],
    "value_count": ["field", "gt", "gte", "lt", "lte", "eq"],
    "value_sum": ["field", "gt", "gte", "lt", "lte", "eq"],
    "temporal": ["condition"],
    "temporal_ordered": ["condition"],
    "new_value": ["field", "history", "warm-up", "known-by"],
    "interval": ["count", "share", "tolerance", "min", "max"],
  ]

  /// What a correlation means; nil when something in it is wrong.
  mutating func correlation(_ written: SignatureDocument.WrittenCorrelation) -> Correlation? {
    guard let allowed = Self.types[written.type.text] else {
      let known = Self.types.keys.sorted()
      error(
        .unknownKey, "there is no type `\(written.type.text)`", written.type,
        help: Nearest.question(written.type.text, among: known)
          ?? "the types are \(known.joined(separator: ", "))")
      return nil
    }
    let before = diagnostics.count
    checkSettings(written, allowed)
    guard var rules = rules(written) else { return nil }
    var absent: [Int] = []
    if let expression = written.expression {
      guard let (seen, missing) = self.condition(expression) else { return nil }
      (rules, absent) = (seen, missing)
    }
    let timespan = time(written.timespan)
    guard let (kind, known) = kind(written, rules, absent) else { return nil }
    switch kind {
    case .temporal, .newValue, .interval: break
    default:
      if written.timespan == nil {
        error(
          .missingKey, "`\(written.type.text)` must have the key `timespan`", written.type,
          help: "write how long events belong together, such as timespan: 60s")
      }
    }
    var members: [Correlation.Member] = []
    for (place, selection) in (rules + absent + (known.map { [$0.selection] } ?? [])).enumerated() {
      let key = written.groupBy.map { value($0.text, $0, in: selection) }
      var member = Correlation.Member(selection: selection, key: key.compactMap { $0 })
      if place == rules.count, let known {
        member.value = value(known.value.text, known.value, in: selection)
      } else if let field = written.field, kind.takesField {
        member.value = value(field.text, field, in: selection)
        if case .valueSum = kind, let type = member.value?.type, !type.hasOrder {
          error(.invalidValue, "`\(field.text)` has no sum: it is no number", field)
        }
      }
      members.append(member)
    }
    if members.count > Correlation.memberLimit {
      error(
        .beyondBounds, "more than \(Correlation.memberLimit) selections take part", written.type)
    }
    checkTypes(of: members, written)
    let limits = limits(written)
    if case .valueCount(let range) = kind, range.lowerBound > UInt64(limits.values) {
      error(
        .beyondBounds,
        "\(range.lowerBound) values are not reached: \(limits.values) of a key are remembered",
        written.bounds.first?.value ?? written.type,
        help: "raise `limits: { values: … }` of the correlation")
    }
    guard !diagnostics[before...].contains(where: { $0.severity == .error }) else { return nil }
    return Correlation(
      kind: kind, members: members, timespan: timespan, suppress: time(written.suppress),
      keyLimit: limits.keys, valueLimit: limits.values)
  }

  /// Reports what a type has no use for.
  private mutating func checkSettings(
    _ written: SignatureDocument.WrittenCorrelation, _ allowed: Set<String>
  ) {
    var given = written.settings.map(\.key) + written.bounds.map(\.key)
    if let field = written.field { given.append(field.renamed("field")) }
    if let expression = written.expression { given.append(expression.renamed("condition")) }
    if !written.knownBy.isEmpty { given.append(written.knownBy[0].key.renamed("known-by")) }
    for key in given where !allowed.contains(key.text) {
      error(.unknownKey, "`\(written.type.text)` has no use for `\(key.text)`", key)
    }
  }

  /// The selections that take part, by index.
  private mutating func rules(_ written: SignatureDocument.WrittenCorrelation) -> [Int]? {
    guard let names = written.rules else {
      let known = written.knownBy.first { $0.key.text == "rule" }?.value.text
      return document.selections.indices.filter { document.selections[$0].key.text != known }
    }
    let rules = names.map { selection($0) }
    return rules.contains(nil) ? nil : rules.compactMap { $0 }
  }

  mutating func selection(_ name: SourceText, part: Range<Int>? = nil) -> Int? {
    let word = part.map { String(decoding: Array(name.text.utf8)[$0], as: UTF8.self) } ?? name.text
    let known = document.selections.map(\.key.text)
    if let index = known.firstIndex(of: word) { return index }
    error(
      .unknownKey, "there is no selection `\(word)`", name, part: part,
      help: Nearest.question(word, among: known)
        ?? "the selections are \(known.joined(separator: ", "))")
    return nil
  }

  /// Reads `a and b and not c`: those that must be seen, and those that must not.
  private mutating func condition(_ text: SourceText) -> (seen: [Int], missing: [Int])? {
    let bytes = Array(text.text.utf8)
    var words: [Range<Int>] = []
    for index in bytes.indices where bytes[index] != 32 {
      if let last = words.last, last.upperBound == index {
        words[words.count - 1] = last.lowerBound..<index + 1
      } else {
        words.append(index..<index + 1)
      }
    }
    var (seen, missing): ([Int], [Int]) = ([], [])
    var (isNegative, isBetween) = (false, false)
    for place in words {
      let word = String(decoding: bytes[place], as: UTF8.self)
      if isBetween {
        guard word == "and" else {
          error(.invalidValue, "`and` is missing before `\(word)`", text, part: place)
          return nil
        }
        isBetween = false
      } else if word == "not", !isNegative {
        isNegative = true
      } else {
        guard let index = selection(text, part: place) else { return nil }
        if isNegative { missing.append(index) } else { seen.append(index) }
        (isNegative, isBetween) = (false, true)
      }
    }
    guard isBetween, missing.isEmpty || seen.count == 1 else {
      error(
        .invalidValue, "`\(text.text)` is not a condition", text,
        help: "write `a and b`, or `a and not b` for one selection that others do not follow")
      return nil
    }
    return (seen, missing)
  }

  /// A span of time; nil when there is none, or none that can be read.
  mutating func time(_ text: SourceText?) -> UInt64? {
    guard let text else { return nil }
    do throws(ValueFault) { return try TimeSpan.read(text.text) } catch {
      self.error(.invalidValue, error.reason, text)
      return nil
    }
  }

  private mutating func limits(
    _ written: SignatureDocument.WrittenCorrelation
  ) -> (keys: Int, values: Int) {
    var limits = (keys: Correlation.defaultKeyLimit, values: Correlation.defaultValueLimit)
    for entry in written.limits {
      guard let number = WholeNumber.read(entry.value.text), (1...10_000_000).contains(number)
      else {
        error(
          .invalidValue, "`\(entry.value.text)` is not a number from 1 to 10000000", entry.value)
        continue
      }
      if entry.key.text == "keys" { limits.keys = Int(number) } else { limits.values = Int(number) }
    }
    return limits
  }

  /// Reports keys that can never be equal, because two selections compare values of different sorts.
  private mutating func checkTypes(
    of members: [Correlation.Member], _ written: SignatureDocument.WrittenCorrelation
  ) {
    guard let first = members.first else { return }
    for member in members.dropFirst() where member.key.count == first.key.count {
      for (index, (a, b)) in zip(first.key, member.key).enumerated() where a.sort != b.sort {
        error(
          .neverMatches,
          "`\(written.groupBy[index].text)` is never equal in two selections: one has "
            + "\(a.sort.rawValue), the other \(b.sort.rawValue)", written.groupBy[index])
      }
    }
  }
}

extension Correlation.Kind {
  fileprivate var takesField: Bool {
    switch self {
    case .valueCount, .valueSum, .newValue: true
    default: false
    }
  }
}

extension EventValue {
  /// What sort of values it has: those of two sorts are never equal.
  enum Sort: String { case number = "numbers", address = "addresses", text = "texts" }

  var sort: Sort {
    switch type {
    case .address: .address
    case .text, .name, .path, .executable, .containerID: .text
    default: .number
    }
  }
}
