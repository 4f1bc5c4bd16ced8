// SPDX-License-Identifier: Apache-2.0

/// The names of policies, events and signatures in what a test expects.
extension TestPreparation {
  mutating func expectation(
    _ expectation: TestDocument.Expectation
  ) -> TestCase.Expectation? {
    let before = diagnostics.count
    let result: TestCase.Expectation
    switch expectation {
    case .verdict(let wanted):
      result = .verdict(
        wanted.flatMap { wanted -> [PolicyEvent] in
          let index = policy(wanted.policy)
          return wanted.events.compactMap { name -> PolicyEvent? in
            guard let event = event(name), let index else { return nil }
            return PolicyEvent(policy: index, event: event)
          }
        })
    case .counts(let counts): result = .counts(counts.map { count($0) })
    }
    return diagnostics.count == before ? result : nil
  }

  private mutating func count(_ count: TestDocument.Count) -> TestCase.Count {
    let signature = count.event.flatMap { signatures[$0.text] == nil ? nil : $0 }
    let event =
      signature == nil && !count.isFinding ? count.event.flatMap { self.event($0) } : nil
    if let signature {
      check(signature, count)
    } else if count.isFinding, let event = count.event {
      diagnostics.append(.unknownSignature(event, among: signatures.keys.sorted()))
    } else if let limit = count.limit, TestTime(limit.text) != nil {
      diagnostics.append(.misplacedLimit(limit))
    }
    var checker = FilterChecker(.rule)
    let filters = count.filters.compactMap { checker.check($0) }
    diagnostics += checker.diagnostics
    for filter in filters {
      guard let event, case .packet(let field, _) = filter.target,
        !field.description.events.contains(event)
      else { continue }
      diagnostics.append(
        Diagnostic(
          .unknownField, "`\(event.name)` has no `\(filter.expression.key.text)`",
          source: filter.expression.source.source, range: filter.expression.key.range))
    }
    let words =
      [count.event?.text ?? "events", count.policy.map { "of policy \($0.text)" }].compactMap { $0 }
      + (filters.isEmpty ? [] : ["with"]) + filters.map(\.expression.source.text)
      + (count.limit.map { ["by \($0.text)"] } ?? [])
    return TestCase.Count(
      count: count.count, policy: count.policy.flatMap { policy($0) }, event: event,
      signature: signature?.text,
      limit: count.limit.flatMap { TestTime($0.text)?.nanoseconds }, filters: filters,
      place: count.range, words: words.joined(separator: " "))
  }

  /// Reports what is wrong with an expectation of findings.
  private mutating func check(_ signature: SourceText, _ count: TestDocument.Count) {
    if signatures[signature.text] == false {
      diagnostics.append(.unselected(signature))
    }
    if let filter = count.filters.first {
      diagnostics.append(
        Diagnostic(
          .invalidValue, "findings of `\(signature.text)` are counted without `where`",
          source: filter.source, range: filter.range))
    }
  }

  private mutating func policy(_ name: SourceText) -> Int? {
    if let index = policies.firstIndex(of: name.text) { return index }
    diagnostics.append(
      Diagnostic(
        .invalidValue, "no policy under test is named `\(name.text)`",
        source: name.source, range: name.range,
        help: Nearest.question(name.text, among: policies)
          ?? "they are \(policies.prefix(6).joined(separator: ", "))"))
    return nil
  }

  private mutating func event(_ name: SourceText) -> EventKind? {
    if let event = EventKind(name: name.text) { return event }
    if signatures[name.text] != nil {
      diagnostics.append(
        Diagnostic(
          .unknownEvent, "`\(name.text)` is a signature, whose findings are counted",
          source: name.source, range: name.range,
          help: "write `expect: { findings: [{ count: 1, event: \(name.text) }] }` in a test "
            + "with `steps` or `capture`"
        ))
      return nil
    }
    let known = EventKind.allCases.map(\.name)
    diagnostics.append(
      Diagnostic(
        .unknownEvent, "there is no event `\(name.text)`", source: name.source,
        range: name.range,
        help: Nearest.question(name.text, among: known)
          ?? "`tracee-policy list events` shows all"))
    return nil
  }
}

extension Diagnostic {
  fileprivate static func unknownSignature(_ name: SourceText, among known: [String]) -> Self {
    Self(
      .unknownEvent, "no signature under test is named `\(name.text)`", source: name.source,
      range: name.range,
      help: Nearest.question(name.text, among: known)
        ?? "add the file of the signature to `policies`")
  }

  fileprivate static func unselected(_ name: SourceText) -> Self {
    Self(
      .unknownEvent, "no policy under test selects `\(name.text)`, so it finds nothing",
      source: name.source, range: name.range,
      help: "add a policy with the rule `- event: \(name.text)` to `policies`")
  }

  fileprivate static func misplacedLimit(_ time: SourceText) -> Self {
    Self(
      .unknownKey, "`by` is for findings of signatures", source: time.source, range: time.range,
      help: "events of packets come with their packets")
  }
}
