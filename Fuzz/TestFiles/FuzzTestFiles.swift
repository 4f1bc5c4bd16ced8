// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
@testable import Policy

/// Reads any bytes as a file of tests, runs its tests, also those that expect findings, and writes what came of them in every
/// format.
enum FuzzTestFiles: FuzzTarget {
  static let name = "tests"

  private static let policy = SourceFile(
    name: "p.yaml",
    bytes: Array(
      """
      type: policy
      name: web
      scope: [follow, comm=curl]
      rules:
        - event: net_packet_tcp
          filters: ["data.dst_port=80,443", "data.dst!=10.0.0.0/8"]
      ---
      type: policy
      name: dns
      scope: [global]
      rules:
        - event: net_packet_dns_request
          filters: ["data.dns_questions.query=*.org"]
        - event: scan
      ---
      type: signature
      name: scan
      selections:
        syn: { event: net_packet_tcp, filters: [data.proto_tcp.SYN=1] }
        question: { event: net_packet_dns_request, filters: [data.dns_questions.query=*.org] }
      correlation: { type: temporal, condition: syn and not question, timespan: 3s }
      """.utf8))

  static var seeds: [[UInt8]] {
    let head = """
      kind: PolicyTest
      policies: [p.yaml]
      owners: { a: comm=curl pid=7, b: uid=0 }
      tests:

      """
    let packet = "egress tcp 10.0.0.5:40000 > 1.1.1.1:443 SYN"
    let tests = [
      "- { name: n, packet: '\(packet)', owner: a, expect: { web: [net_packet_tcp] } }",
      "- { name: n, packet: 'egress udp 10.0.0.5:4 > [::1]:53 dns-request', expect: {} }",
      "- { name: n, cases: { p: 79-81, q: [a, b] }, packet: 'egress tcp 1.1.1.1:1 > 1.1.1.2:{p}', owner: '{q}', expect: {} }",
      "- { name: n, steps: [{ at: +1s each, packet: '\(packet)', owner: a }], expect: [{ count: 1, policy: web, event: net_packet_tcp, where: [data.dst_port=443] }] }",
      "- { name: n, capture: x.pcap, flows: [{ between: '10.0.0.2:4 8.8.8.8:53', owner: a }], expect: [{ count: 0 }] }",
      "- { name: n, steps: [{ at: +1s each, packet: '\(packet)' }, { at: +9h, packet: '\(packet)' }], expect: { findings: [{ event: scan, count: 1, by: +10s, policy: dns }] } }",
      "- { name: n, packet: 'ingress icmp 1.1.1.1 > 1.1.1.2 data.proto_icmp.typeCode=EchoReply', expect: {} }",
    ]
    return tests.map { Array((head + "  " + $0 + "\n").utf8) }
  }

  static func check(_ bytes: RawSpan) {
    let file = SourceFile(name: "x.test.yaml", bytes: bytes.array)
    let set = TestSet.load(paths: [file.name]) { path throws(SourceFailure) in
      switch path {
      case file.name: return file
      case policy.name: return policy
      default: throw SourceFailure(path: path, reason: "it is not there")
      }
    }
    FindingClaims.check(
      set.diagnostics.filter { $0.source == file.name }, in: file, areShown: turn.comes())
    claim(
      !set.suites.isEmpty || !set.diagnostics.isEmpty, "there are tests, or there is a finding")
    for suite in set.suites { run(suite) }
  }

  private static func run(_ suite: TestSuite) {
    var run = TestRun(suite, countsCoverage: true)
    let results = suite.cases.prefix(64).map { test in
      TestResult(
        source: suite.source, name: test.name, place: test.place,
        failures: (run.failures(of: test) ?? []) + findings(of: test, in: suite))
    }
    claim(!suite.cases.isEmpty, "a file without findings has a test")
    let report = TestReport(
      results: results, seconds: 0, coverage: run.coverage.map { TestCoverage([$0]) })
    claim((0...100).contains(report.coverage?.percent ?? 0), "coverage is a share")
    let tap = TestTAP.render(report).split(separator: "\n")
    claim(
      tap.count { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") } == results.count,
      "each test is a line of TAP: \(tap)")
    let text = TestText.render(report)
    let xml = TestJUnit.render(report)
    for shown in [text, xml, TestGitHub.render(report)] {
      claim(
        !shown.unicodeScalars.contains {
          $0 != "\n" && $0.properties.generalCategory == .control
        }, "a scalar that acts is shown: \(shown.debugDescription)")
    }
    let json = Data(TestJSON.json(report).rendered().utf8)
    claim((try? JSONSerialization.jsonObject(with: json)) is [String: Any], "no JSON")
  }

  /// The failures of a test that expects findings, if it has few packets.
  private static func findings(of test: TestCase, in suite: TestSuite) -> [TestFailure] {
    guard case .packets(let steps) = test.action, steps.count <= 64 else { return [] }
    return FindingTest.failures(of: test, in: suite)
  }

  private nonisolated(unsafe) static var turn = Turn(each: 8)
}
