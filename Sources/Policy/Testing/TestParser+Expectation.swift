// SPDX-License-Identifier: Apache-2.0

/// What must be reported for a test to pass: a verdict on one packet, or numbers of events and findings.
extension TestParser {
  private static let countKeys = ["count", "policy", "event", "where", "by"]
  private static let findingKeys = ["count", "policy", "event", "by"]

  mutating func expectation(
    _ node: YAMLNode, _ action: TestDocument.Action
  ) -> TestDocument.Expectation? {
    if case .packet = action { return verdict(node) }
    if case .mapping = node.content {
      guard let expectation = keyed(node, "`expect`", ["findings"]),
        let findings = required("findings", expectation)
      else { return nil }
      return .counts(elements(findings, "`findings`").compactMap { count($0, isFinding: true) })
    }
    guard case .sequence = node.content else {
      diagnostics.append(
        .wrongType(
          node, source, wanted: "a list", of: "`expect`",
          help: "write how many events there must be: - { count: 3, event: net_packet_dns }"))
      return nil
    }
    return .counts(elements(node, "`expect`").compactMap { count($0, isFinding: false) })
  }

  private mutating func verdict(_ node: YAMLNode) -> TestDocument.Expectation? {
    var wanted: [TestDocument.Wanted] = []
    for (policy, value) in entries(node, "`expect`") {
      if policy.text == "findings", value.isListOfMappings {
        diagnostics.append(.findingsOfOnePacket(policy))
        return nil
      }
      wanted.append(
        TestDocument.Wanted(
          policy: policy, events: texts(value, "the list of events of `\(policy.text)`", "an event")
        ))
    }
    return .verdict(wanted)
  }

  private mutating func count(_ node: YAMLNode, isFinding: Bool) -> TestDocument.Count? {
    let (noun, keys) =
      isFinding
      ? ("an expected finding", Self.findingKeys) : ("an expectation", Self.countKeys)
    guard let count = keyed(node, noun, keys),
      let text = text(required("count", count), "`count`")
    else { return nil }
    guard let number = WholeNumber.decimal(text.text.utf8), let number = Int(exactly: number) else {
      diagnostics.append(
        Diagnostic(
          .invalidValue, "`\(text.text)` is not a whole number", source: source,
          range: text.range))
      return nil
    }
    let event = isFinding ? required("event", count) : count["event"]
    let limit = count["by"].flatMap { self.text($0, "`by`") }
    if let limit, TestTime(limit.text).map(\.isEach) != false {
      diagnostics.append(.wrongLimit(limit))
    }
    return TestDocument.Count(
      range: node.range, count: number,
      policy: count["policy"].flatMap { self.text($0, "`policy`") },
      event: event.flatMap { self.text($0, "`event`") }, limit: limit, isFinding: isFinding,
      filters: count["where"].map { texts($0, "`where`", "a filter") } ?? [])
  }
}

extension YAMLNode {
  fileprivate var isListOfMappings: Bool {
    guard case .sequence(let elements) = content, case .mapping? = elements.first?.content else {
      return false
    }
    return true
  }
}

extension Diagnostic {
  fileprivate static func wrongLimit(_ time: SourceText) -> Self {
    Self(
      .invalidValue, "`\(time.text)` is not a time after the start of the test",
      source: time.source, range: time.range, help: "write +10s")
  }

  fileprivate static func findingsOfOnePacket(_ key: SourceText) -> Self {
    Self(
      .unknownKey, "findings are expected of `steps` or of a `capture`", source: key.source,
      range: key.range, help: "write `steps: [{ packet: … }]`")
  }
}
