// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// What is said of signatures that are wrong, and where.
struct SignatureCheckerTests {
  private func checked(_ text: String, lists: [String: ValueList] = [:]) -> CheckedSet {
    PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))], lists: lists).checked()
  }

  private func document(
    selections: String = "a: { event: net_packet_tcp }\n  b: { event: net_packet_udp }",
    _ correlation: String, output: String = "{}"
  ) -> String {
    """
    type: signature
    name: found
    selections:
      \(selections)
    correlation: { \(correlation) }
    output: \(output)
    ---
    type: policy
    name: web
    scope: [global]
    rules: [{ event: found }]
    """
  }

  @Test(arguments: [
    "type: event_count, timespan: 60s, condition: { gte: 5 }",
    "type: event_count, rules: [a], timespan: 1h30m, condition: { gt: 5, lte: 10 }, suppress: 10m",
    "type: value_count, timespan: 60s, condition: { field: data.dst, gte: 5 }",
    "type: value_sum, rules: [b], timespan: 60s, condition: { field: data.proto_udp.length, gte: 9000 }",
    "type: temporal", "type: temporal, group-by: [data.src, hostProcessId, processEntityId]",
    "type: temporal_ordered, rules: [b, a], timespan: 5s",
    "type: temporal, condition: a and not b, timespan: 5s",
    "type: temporal, aliases: { peer: { a: data.src, b: data.dst } }, group-by: [peer]",
    "type: new_value, rules: [a], field: data.dst, history: 1h, warm-up: 5m",
    "type: new_value, rules: [a], field: data.dst, known-by: { rule: b, values: data.dst, for: 1h }",
    "type: interval, rules: [a], count: 10, min: 1s, max: 1h, share: 80%, tolerance: 0.1",
    "type: event_count, timespan: 60s, condition: { gte: 5 }, limits: { keys: 10, values: 5 }",
  ])
  func `it is right`(correlation: String) throws {
    let set = checked(document(correlation))
    #expect(set.diagnostics.filter { $0.severity != .note }.isEmpty, "\(set.diagnostics)")
    let plan = try #require(set.plan)
    #expect(plan.uses.count == 1 && plan.signatures.count == 1)
    #expect(plan.rules.allSatisfy { $0.feed != nil })
  }

  @Test(arguments: [
    ("type: event_cuont, timespan: 60s", "unknown-key"),
    ("type: event_count, timespan: 60s", "missing-key"),
    ("type: event_count, condition: { gte: 5 }", "missing-key"),
    ("type: event_count, timespan: 60s, condition: { gte: many }", "invalid-value"),
    ("type: event_count, timespan: soon, condition: { gte: 5 }", "invalid-value"),
    ("type: event_count, timespan: 60s, condition: { gte: 5 }, tolerance: 1", "unknown-key"),
    ("type: value_count, timespan: 60s, condition: { gte: 5 }", "missing-key"),
    ("type: value_sum, timespan: 60s, condition: { field: data.src, gte: 5 }", "invalid-value"),
    ("type: temporal, rules: [a, c]", "unknown-key"),
    ("type: temporal, group-by: [data.proto_tcp.SYN]", "unknown-field"),
    ("type: temporal, group-by: [data.sorce]", "unknown-field"),
    ("type: temporal, group-by: [tree]", "unsupported-field"),
    (
      "type: temporal, aliases: { peer: { a: data.src, b: data.dst_port } }, group-by: [peer]",
      "never-matches"
    ),
    ("type: temporal, aliases: { peer: { a: data.src } }, group-by: [peer]", "missing-key"),
    ("type: temporal, condition: a or b, timespan: 1s", "invalid-value"),
    ("type: temporal, condition: not b, timespan: 1s", "invalid-value"),
    ("type: temporal, condition: a and not b", "missing-key"),
    ("type: new_value, rules: [a], field: data.dst", "missing-key"),
    ("type: interval, rules: [a], count: 100, max: 1h", "beyond-bounds"),
    ("type: interval, rules: [a], count: 2, max: 1h", "invalid-value"),
    ("type: interval, rules: [a], count: 5, min: 2h, max: 1h", "unreachable-threshold"),
    ("type: interval, rules: [a], count: 5, max: 1h, share: 2", "invalid-value"),
  ])
  func `it is wrong, on its line`(correlation: String, code: String) {
    let set = checked(document(correlation))
    let errors = set.diagnostics.filter { $0.severity == .error }
    #expect(errors.map(\.rule.code) == [code], "\(errors.map(\.message))")
    #expect(errors.first?.range?.start.line == 6)
    #expect(set.plan == nil)
  }

  @Test func `a selection whose filters contradict each other is reported`() {
    let set = checked(
      document(
        selections: "a: { event: net_packet_tcp, filters: [data.dst_port=1, data.dst_port>5] }",
        "type: event_count, timespan: 1s, condition: { gte: 2 }"))
    #expect(set.diagnostics.filter { $0.severity == .error }.map(\.rule.code) == ["never-matches"])
  }

  @Test(arguments: [
    ("{ x: \"{data.srcc}\" }", "unknown-field"), ("{ x: \"{count\" }", "invalid-value"),
    ("{ triggeredBy: y }", "invalid-name"),
  ])
  func `an output that says nothing is reported`(output: String, code: String) {
    let set = checked(
      document("type: event_count, timespan: 1s, condition: { gte: 2 }", output: output))
    #expect(set.diagnostics.filter { $0.severity == .error }.map(\.rule.code) == [code])
  }

  @Test func `each policy that selects a signature has a use of its own, with its scope`() throws {
    let text =
      document("type: event_count, timespan: 1s, condition: { gte: 2 }") + """

        ---
        type: policy
        name: other
        scope: [uid=0]
        rules: [{ event: "found,net_packet_icmp", filters: [comm=nc] }]
        """
    let plan = try #require(checked(text).plan)
    #expect(plan.uses.map(\.policy) == [0, 1])
    #expect(plan.rules.count == 5)
    let others = plan.rules.filter { $0.policy == 1 && $0.feed != nil }
    #expect(others.allSatisfy { $0.scope.map(\.field) == [.userID, .comm] })
  }

  @Test func `lists stand for their values, and their wrong lines are shown`() throws {
    func list(_ text: String) -> ValueList {
      ValueList(reading: SourceFile(name: "l.txt", bytes: Array(text.utf8)))
    }
    let policy = """
      type: policy
      name: web
      scope: [global]
      lists: { bad: l.txt }
      rules: [{ event: net_packet_dns_request, filters: ["data.dst=@bad"] }]
      """
    let good = checked(policy, lists: ["l.txt": list("\u{feff}10.0.0.0/8\r\n\n# no\n::1 # yes\n")])
    #expect(good.plan?.rules.first?.filters.first?.condition.included.count == 2)
    let bad = checked(policy, lists: ["l.txt": list("10.0.0.1\nexample.org\n")])
    let finding = try #require(bad.diagnostics.first { $0.severity == .error })
    #expect(finding.source == "l.txt" && finding.range?.start.line == 2)
    let names = checked(
      policy.replacing("data.dst=", with: "data.dns_questions.query="),
      lists: ["l.txt": list("0.0.0.0 ads.example.org\n.Example.net.\n*.example.com\n")])
    #expect(
      names.plan?.rules.first?.filters.first?.condition.included == [
        .text(.exact("ads.example.org")), .text(.exact("example.net")),
        .text(.suffix(".example.net")), .text(.suffix(".example.com")),
      ])
  }

  @Test func `what is worked out from a field can be asked`() throws {
    func filters(_ filter: String) -> [Clause<PacketField>]? {
      checked(
        "type: policy\nname: a\nscope: [global]\nrules: [{ event: net_packet_dns_request, filters: ['\(filter)'] }]"
      ).plan?.rules.first?.filters
    }
    #expect(filters("data.dns_questions.query|length>=40")?.count == 1)
    #expect(
      filters("data.dns_questions.query|domain=Example.org")?.first?.condition.included == [
        .text(.exact("example.org"))
      ])
    #expect(filters("data.dns_questions|length=1")?.count == 1)
    #expect(filters("data.src|length=1") == nil)
    #expect(NameDomain.of("a.b.example.org") == "example.org")
    #expect(NameDomain.of("a.b.example.co.uk.") == "example.co.uk")
    #expect(NameDomain.of("org") == "org" && NameDomain.of("") == "")
  }

  @Test func `a list holds a million values, and no more`() {
    let value = Array("1\n".utf8)
    var bytes: [UInt8] = []
    for _ in 0..<ValueList.limit { bytes += value }
    let full = ValueList(reading: SourceFile(name: "l.txt", bytes: bytes))
    #expect(full.entries.count == 1_000_000 && full.diagnostics.isEmpty)
    let more = ValueList(reading: SourceFile(name: "l.txt", bytes: bytes + value))
    #expect(more.entries.count == 1_000_000)
    #expect(more.diagnostics.map(\.message) == ["the list holds more than 1,000,000 values"])
    #expect(more.diagnostics.first?.range?.start.line == 1_000_001)
  }

  @Test func `the findings about a list are bounded`() {
    let text = String(repeating: "a b\n", count: 5000)
    let list = ValueList(reading: SourceFile(name: "l.txt", bytes: Array(text.utf8)))
    #expect(list.diagnostics.count == ValueList.findingLimit)
  }

  @Test func `rules that name one list share its values in memory`() throws {
    let policies = ["a", "b"].map { name in
      """
      type: policy
      name: \(name)
      scope: [global]
      lists: { own: l.txt }
      rules: [{ event: net_packet_tcp, filters: ["data.dst=@own"] }]
      """
    }
    let text = (0..<1000).map { "10.0.\($0 / 250).\($0 % 250)\n" }.joined()
    let plan = try #require(
      checked(
        policies.joined(separator: "\n---\n"),
        lists: ["l.txt": ValueList(reading: SourceFile(name: "l.txt", bytes: Array(text.utf8)))]
      ).plan)
    let places = plan.rules.map { rule in
      rule.filters[0].condition.included.withUnsafeBufferPointer { $0.baseAddress }
    }
    #expect(plan.rules[0].filters[0].condition.included.count == 1000)
    #expect(places.count == 2 && places[0] == places[1])
  }

  @Test func `conditions on one element of a list are kept together`() throws {
    let plan = try #require(
      checked(
        """
        type: policy
        name: a
        scope: [global]
        rules:
          - event: net_packet_dns
            filters: ["data.proto_dns.answers.any(MX.name=mx.example.org, MX.preference=10,20)", "data.proto_dns.answers.none(type=TXT)"]
        """
      ).plan)
    let elements = plan.rules[0].elements
    #expect(elements.map(\.isNone) == [false, true])
    #expect(elements[0].members.map { $0.condition.included.count } == [1, 2])
    let two: [[PacketField: [FieldValue]]] = [
      [
        PacketField("proto_dns.answers.MX.name"): [.text("mx.example.org")],
        PacketField("proto_dns.answers.MX.preference"): [.number(5)],
      ],
      [
        PacketField("proto_dns.answers.MX.name"): [.text("other.example.org")],
        PacketField("proto_dns.answers.MX.preference"): [.number(10)],
      ],
    ]
    let packet = Packet(events: [.dns], fields: [:], elements: ["data.proto_dns.answers": two])
    #expect(!ReferenceMatcher.matches(elements[0], packet))
    for wrong in [
      "answers.any(NX.name=a)", "answer.any(MX.name=a)", "answers.any(MX.name=a", "answers.any()",
    ] {
      let found = checked(
        "type: policy\nname: a\nscope: [global]\nrules: [{ event: net_packet_dns, filters: ['data.proto_dns.\(wrong)'] }]"
      )
      #expect(found.plan == nil, "\(wrong)")
    }
  }
}
