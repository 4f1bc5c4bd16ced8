// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

struct TestRunTests {
  private static let head = """
    kind: PolicyTest
    policies: [p.yaml]
    owners: { curl: comm=curl, wget: comm=wget, root: uid=0 }
    tests:

    """

  private func failures(_ test: String) throws -> [TestFailure] {
    let results = try TestWorld(tests: Self.head + test).results()
    #expect(results.count == 1)
    return results.first?.failures ?? []
  }

  @Test func `the whole verdict must be as expected`() throws {
    let packet = "egress tcp 10.0.0.5:40000 > 1.1.1.1:443 SYN"
    #expect(
      try failures(
        "  - { name: a, packet: '\(packet)', owner: curl, expect: { web: [net_packet_tcp] } }")
        == [])
    let missing = try failures(
      "  - { name: a, packet: '\(packet)', owner: wget, expect: { web: [net_packet_tcp] } }")
    #expect(missing.map(\.message) == ["policy web does not report net_packet_tcp"])
    let note = try #require(missing.first?.notes.first)
    #expect(note.text == "rule 1: comm=curl: the owner has wget")
    #expect(note.source.hasSuffix("/p.yaml"))
    #expect(note.place?.line == 3 && note.place?.column == 9)
    let unexpected = try failures("  - { name: a, packet: '\(packet)', owner: curl, expect: {} }")
    #expect(
      unexpected.map(\.message) == ["policy web reports net_packet_tcp, which is not expected"])
    #expect(unexpected.first?.notes.first?.place?.line == 5)
    let foreign = try failures(
      "  - { name: a, packet: '\(packet)', owner: wget, expect: { dns: [net_packet_tcp] } }")
    #expect(foreign.first?.notes.map(\.text) == ["the policy has no rule for this event"])
  }

  @Test func `what a test does not state, and the verdict depends on, fails it and is named`()
    throws
  {
    let owner = try failures(
      "  - { name: a, packet: 'egress tcp 10.0.0.5:1 > 1.1.1.1:443', owner: root, expect: {} }")
    #expect(
      owner.map(\.message)
        == ["policy web may report net_packet_tcp: the test does not state enough"])
    #expect(
      owner.first?.notes.map(\.text)
        == ["rule 1: comm=curl: the owner may have it; add comm= with its value to the owner"])
    let port = try failures(
      "  - { name: a, packet: 'egress tcp 10.0.0.5:1 > 1.1.1.1', owner: curl, expect: {} }")
    #expect(port.first?.notes.first?.text.contains("add data.dst_port=") == true)
    let content = try failures(
      "  - { name: a, packet: 'egress udp 10.0.0.5:1 > 1.1.1.1:53', expect: {} }")
    #expect(content.count == 2)
    #expect(
      content.first?.notes.first?.text
        == "rule 1: it depends on what the packet carries: add a field of the message, "
        + "dns-request, dns-response, or no-content")
    #expect(
      try failures(
        "  - { name: a, packet: 'egress udp 10.0.0.5:1 > 1.1.1.1:53 no-content', expect: {} }")
        == [])
  }

  @Test(arguments: [
    ("egress udp 10.0.0.5:1 > 1.1.1.1:53 dns-request", "net_packet_dns, net_packet_dns_request"),
    (
      "egress udp 10.0.0.5:1 > 1.1.1.1:53 data.proto_dns.questions.name=example.com",
      "net_packet_dns, net_packet_dns_request"
    ),
    ("egress udp 10.0.0.5:53 > 1.1.1.1:9 dns-response", "net_packet_dns"),
    ("egress udp 10.0.0.5:53 > 1.1.1.1:9 data.proto_dns.QR=1", "net_packet_dns"),
    ("egress udp 10.0.0.5:53 > 1.1.1.1:9 data.dns_response.dns_answer.ttl=5", "net_packet_dns"),
  ])
  func `a packet that is told to carry a message gives its events`(packet: String, events: String)
    throws
  {
    #expect(
      try failures("  - { name: a, packet: '\(packet)', expect: { dns: [\(events)] } }") == [])
  }

  @Test func `a matrix makes a test of each case, all combinations of them`() throws {
    let results = try TestWorld(
      tests: Self.head + """
          - name: ports
            cases: { port: 79-81, to: [1.1.1.1, 10.1.1.1] }
            packet: "egress tcp 10.0.0.5:40000 > {to}:{port} SYN"
            owner: curl
            expect: { web: [net_packet_tcp] }
        """
    ).results()
    #expect(results.count == 6)
    #expect(
      results.filter { $0.failures.isEmpty }.map(\.name) == ["ports [port=80, to=1.1.1.1]"])
  }

  @Test func `steps count events, and their cases follow each other`() throws {
    let test = """
        - name: a scan
          cases: { port: 78-82 }
          steps:
            - { at: "+100ms each", packet: "egress tcp 10.0.0.5:4 > 1.1.1.1:{port} SYN", owner: curl }
            - { at: +1s, packet: "egress tcp 10.0.0.5:4 > 1.1.1.1:443 SYN", owner: curl }
          expect:
            - { count: 2, policy: web, event: net_packet_tcp }
            - { count: 1, event: net_packet_tcp, where: [data.dst_port=443] }
            - { count: 0, policy: dns }
      """
    #expect(try failures(test) == [])
    let wrong = try failures(test.replacing("count: 2", with: "count: 3"))
    #expect(wrong.map(\.message) == ["expected 3 net_packet_tcp of policy web, found 2"])
  }

  @Test func `who once matched a scope that says follow stays in it, whatever it becomes`() throws {
    let policy = """
      type: policy
      name: shell
      scope: [follow, comm=sh]
      rules: [{ event: net_packet_tcp }]
      """
    let tests = """
      kind: PolicyTest
      policies: [p.yaml]
      owners: { before: comm=sh pid=7, after: comm=curl pid=7, other: comm=curl pid=8 }
      tests:
        - name: at first
          packet: egress tcp 10.0.0.5:4 > 1.1.1.1:80 SYN
          owner: after
          expect: {}
        - name: later
          steps:
            - { packet: "egress tcp 10.0.0.5:4 > 1.1.1.1:80 SYN", owner: other }
            - { packet: "egress tcp 10.0.0.5:4 > 1.1.1.1:81 SYN", owner: before }
            - { packet: "egress tcp 10.0.0.5:4 > 1.1.1.1:82 SYN", owner: after }
            - { packet: "egress tcp 10.0.0.5:4 > 1.1.1.1:83 SYN", owner: other }
          expect: [{ count: 2, policy: shell }]
      """
    let results = try TestWorld(policy, tests: tests).results()
    #expect(results.map(\.failures) == [[], []])
  }

  @Test func `coverage names what no test decided`() throws {
    let set = try TestWorld(
      tests: Self.head
        + "  - { name: a, packet: 'egress tcp 10.0.0.5:4 > 1.1.1.1:443', owner: curl, expect: { web: [net_packet_tcp] } }"
    ).set()
    var run = TestRun(try #require(set.suites.first), countsCoverage: true)
    _ = set.suites.first.map { run.failures(of: $0.cases[0]) }
    let gaps = run.coverage?.points.compactMap(\.gap) ?? []
    #expect(gaps.contains("policy web, rule 1, net_packet_tcp: refused by no test"))
    #expect(gaps.contains("value 80: met by no test"))
    #expect(!gaps.contains("value 443: met by no test"))
    #expect(gaps.contains("policy dns, rule 1, net_packet_dns: met by no test"))
    #expect((1..<100).contains(run.coverage?.percent ?? 0))
  }
}

struct TestReportTests {
  private let report = TestReport(
    results: [
      TestResult(source: "a.test.yaml", name: "fine", place: Self.place(3), failures: []),
      TestResult(
        source: "a.test.yaml", name: "<bad> & \"worse\" # \u{1b}[31m", place: Self.place(9),
        failures: [
          TestFailure(
            "policy p reports net_packet_tcp, which is not expected",
            notes: [
              TestFailure.Note(
                "rule 1 wants it", source: "p.yaml",
                place: SourcePosition(line: 5, column: 7, offset: 0))
            ])
        ]),
    ], seconds: 0.0123)

  private static func place(_ line: Int) -> SourceRange {
    let start = SourcePosition(line: line, column: 5, offset: 0)
    return SourceRange(start: start, end: SourcePosition(line: line, column: 9, offset: 4))
  }

  @Test func `people read a line for each test, and why it failed`() {
    #expect(
      TestText.render(report) == """
        pass  a.test.yaml:3: fine
        FAIL  a.test.yaml:9: <bad> & "worse" # \u{241b}[31m
                policy p reports net_packet_tcp, which is not expected
                  p.yaml:5:7: rule 1 wants it

        1 of 2 tests failed, in 0.012 s

        """)
    #expect(TestText.render(report, onlyFailed: true).hasPrefix("FAIL"))
  }

  @Test func `TAP has a plan, a line for each test, and a block for what failed`() {
    #expect(
      TestTAP.render(report) == """
        TAP version 14
        1..2
        ok 1 - a.test.yaml:3: fine
        not ok 2 - a.test.yaml:9: <bad> & "worse" \\# \u{241b}[31m
          ---
          failures:
            - "policy p reports net_packet_tcp, which is not expected"
            - "  p.yaml:5:7: rule 1 wants it"
          ...

        """)
  }

  @Test func `JUnit is XML whatever a name holds`() {
    let text = TestJUnit.render(report)
    #expect(text.contains("<testsuite name=\"a.test.yaml\" tests=\"2\" failures=\"1\">"))
    #expect(text.contains("name=\"&lt;bad&gt; &amp; &quot;worse&quot; # \u{241b}[31m\""))
    #expect(!text.unicodeScalars.contains("\u{1b}"))
  }

  @Test func `GitHub gets an annotation at each test that failed`() {
    let text = TestGitHub.render(report)
    #expect(text.hasPrefix("::error file=a.test.yaml,line=9,"))
    #expect(text.split(separator: "\n").count == 2)
  }
}
