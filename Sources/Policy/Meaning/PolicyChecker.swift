// SPDX-License-Identifier: Apache-2.0

/// Looks up the words of one policy.
struct PolicyChecker {
  private let document: PolicyDocument
  private let context: DocumentContext
  private var diagnostics: [Diagnostic] = []

  /// Returns the parts of a policy that are valid, and adds findings about the rest to `diagnostics`.
  static func check(
    _ document: PolicyDocument, in context: DocumentContext = DocumentContext(),
    into diagnostics: inout [Diagnostic]
  ) -> CheckedPolicy {
    var checker = PolicyChecker(document: document, context: context)
    let scope = checker.scope()
    let policy = CheckedPolicy(document: document, scope: scope, rules: checker.rules())
    diagnostics += checker.diagnostics
    return policy
  }

  private init(document: PolicyDocument, context: DocumentContext) {
    self.document = document
    self.context = context
  }

  private mutating func scope() -> [CheckedFilter] {
    let filters = filters(document.scope, in: .scope)
    if let global = filters.first(where: { $0.target == .everything }), document.scope.count > 1 {
      diagnostics.append(.globalNotAlone(global.expression))
    }
    return filters
  }

  private mutating func filters(
    _ sources: [SourceText], in place: ScopeKey.Places, mayHaveOtherFields: Bool = false,
    findings: [String: FieldType] = [:]
  ) -> [CheckedFilter] {
    var checker = FilterChecker(
      place, mayHaveOtherFields: mayHaveOtherFields, lists: context.lists,
      parsed: context.parsed, findings: findings)
    let filters = sources.compactMap { checker.check($0) }
    diagnostics += checker.diagnostics
    return filters
  }

  private mutating func rules() -> [CheckedPolicy.Rule] {
    let before = diagnostics.count
    let selections = document.rules.map {
      EventSelection(parsing: $0.event, in: context, into: &diagnostics)
    }
    let excluded = selections.reduce(into: Set()) { $0.formUnion($1.excluded) }
    let excludedSignatures = selections.reduce(into: Set()) { $0.formUnion($1.excludedSignatures) }
    // Items with errors are missing from the selections, so nothing can be concluded about all items then.
    let isUnderstood =
      !diagnostics[before...].contains { $0.severity == .error }
      && !document.rules.contains(where: \.event.isAbsent)
    let onlyExcludes = isUnderstood && selections.allSatisfy(\.onlyExcludes)
    var rules: [CheckedPolicy.Rule] = []
    for (rule, selection) in zip(document.rules, selections) {
      let signatures = selection.selectedSignatures.filter { !excludedSignatures.contains($0) }
      let filters = filters(
        rule.filters, in: .rule, mayHaveOtherFields: selection.namesUnsupported,
        findings: data(of: signatures))
      var selected = selection.selected
      if selected.isEmpty, selection.selectedSignatures.isEmpty, onlyExcludes {
        selected = EventSet.standard.events.map { ($0, isNamed: false) }
      } else if selection.onlyExcludes, let filter = filters.first {
        diagnostics.append(.filtersNothing(filter.expression))
      }
      let wanted = selected.filter { !excluded.contains($0.event) }
      let events = wanted.filter { has(filters, $0.event, isNamed: $0.isNamed) }.map(\.event)
      var checked = CheckedPolicy.Rule(document: rule, events: events, filters: filters)
      checked.signatures = signatures.filter { has(filters, $0) }
      rules.append(checked)
    }
    // After an error, an empty selection is no surprise.
    let isClean = !diagnostics[before...].contains { $0.severity == .error }
    if isClean, isUnderstood, !rules.isEmpty,
      rules.allSatisfy({ $0.events.isEmpty && $0.signatures.isEmpty })
    {
      diagnostics.append(.excludedEverything(document))
    }
    return rules
  }

  /// The data of some signatures' findings, by name.
  private func data(of signatures: [String]) -> [String: FieldType] {
    context.signatures.filter { signatures.contains($0.name) }
      .reduce(into: [:]) { $0.merge($1.data) { first, _ in first } }
  }

  /// Whether a signature's findings have every field that the filters ask about; if not, that is said.
  private mutating func has(_ filters: [CheckedFilter], _ signature: String) -> Bool {
    let data = data(of: [signature])
    for filter in filters {
      switch filter.target {
      case .finding(let name) where data[name] != nil: continue
      case .everything, .follow, .owner: continue
      case .finding, .packet, .element:
        diagnostics.append(.missingData(filter.expression, signature, data.keys.sorted()))
        return false
      }
    }
    return true
  }

  /// Whether an event has every field that the filters ask about; if not, that is said.
  private mutating func has(
    _ filters: [CheckedFilter], _ event: EventKind, isNamed: Bool
  ) -> Bool {
    for filter in filters {
      let isThere =
        switch filter.target {
        case .packet(let field, _): field.description.events.contains(event)
        case .element:
          filter.element?.members.allSatisfy { $0.field.description.events.contains(event) } ?? true
        case .finding: false
        case .everything, .follow, .owner: true
        }
      if isThere { continue }
      diagnostics.append(
        isNamed ? .missingField(filter.expression, event) : .eventLeftOut(filter.expression, event))
      return false
    }
    return true
  }
}

extension Diagnostic {
  fileprivate static func globalNotAlone(_ expression: FilterExpression) -> Diagnostic {
    Diagnostic(
      .globalNotAlone, "`global` means everything and cannot be combined with other scopes",
      source: expression.source.source, range: expression.key.range,
      help: "remove `global`, or the other scopes")
  }

  fileprivate static func missingField(
    _ expression: FilterExpression, _ event: EventKind
  ) -> Diagnostic {
    Diagnostic(
      .unknownField, "`\(event.name)` has no `\(expression.key.text)`",
      source: expression.source.source, range: expression.key.range,
      help: "`tracee-policy list events \(event.name)` shows its fields")
  }

  fileprivate static func missingData(
    _ expression: FilterExpression, _ signature: String, _ data: [String]
  ) -> Diagnostic {
    Diagnostic(
      .unknownField, "a finding of `\(signature)` has no `\(expression.key.text)`",
      source: expression.source.source, range: expression.key.range,
      help: data.isEmpty
        ? "it has no data; give the signature an `output`"
        : "it has \(data.map { "data." + $0 }.joined(separator: ", "))")
  }

  fileprivate static func eventLeftOut(
    _ expression: FilterExpression, _ event: EventKind
  ) -> Diagnostic {
    Diagnostic(
      .eventLeftOut,
      "`\(event.name)` has no `\(expression.key.text)` and is left out of this rule",
      source: expression.source.source, range: expression.key.range,
      help: "name the events you mean, or write a separate rule for the others")
  }

  fileprivate static func filtersNothing(_ expression: FilterExpression) -> Diagnostic {
    Diagnostic(
      .uselessFilter, "the rule only excludes events: its filters have no effect",
      at: expression.source,
      help: "move the filters to the rule that selects the events")
  }

  fileprivate static func excludedEverything(_ document: PolicyDocument) -> Diagnostic {
    Diagnostic(
      .excludedEverything, "nothing is left to trace: every event is excluded",
      source: document.source, range: document.name.range,
      help: "exclude fewer events, or select others")
  }
}
