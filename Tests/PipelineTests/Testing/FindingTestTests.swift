// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import Testing

@testable import Pipeline

/// Tests of policies that expect findings of signatures in packets that are written in them.
struct FindingTestTests {
  private static let signature = """
    type: signature
    name: scan
    selections:
      syn: { event: net_packet_tcp, filters: [data.proto_tcp.SYN=1] }
    correlation:
      type: value_count
      group-by: [processEntityId, data.dst]
      timespan: 10s
      condition: { field: data.dst_port, gte: 3 }
    output: { target: "{data.dst}" }
    ---
    type: policy
    name: scans
    scope: [global]
    rules: [{ event: scan }]
    ---
    type: policy
    name: others
    scope: ["comm!=nmap"]
    rules: [{ event: scan }]
    """
  private static let absence = """
    type: signature
    name: scan
    selections:
      syn: { event: net_packet_tcp, filters: [data.proto_tcp.SYN=1] }
      answer: { event: net_packet_tcp, filters: [data.proto_tcp.ACK=1] }
    correlation: { type: temporal, condition: syn and not answer, timespan: 3s }
    ---
    type: policy
    name: scans
    scope: [global]
    rules: [{ event: scan }]
    """

  /// The messages and notes of the failures of one test whose packets are TCP from 10.0.0.2 to 10.0.0.9.
  private func failures(
    _ test: String, owner: String = "comm=nmap pid=900", of signature: String = signature
  ) throws -> [String] {
    let tests = """
      kind: PolicyTest
      policies: [p.yaml]
      owners: { a: \(owner), b: comm=x pid=901 }
      tests:
        - name: t
      \(test.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
      """.replacing("FLOW", with: "egress tcp 10.0.0.2:50000 > 10.0.0.9:")
    return try withTemporaryFolder { folder in
      try signature.write(toFile: folder + "/p.yaml", atomically: true, encoding: .utf8)
      try tests.write(toFile: folder + "/p.test.yaml", atomically: true, encoding: .utf8)
      let set = TestSet.load(paths: [folder + "/p.test.yaml"])
      try #require(set.suites.count == 1, "\(set.diagnostics.map(\.message))")
      return set.suites.flatMap { suite in
        suite.cases.flatMap { test in
          FindingTest.failures(of: test, in: suite).flatMap { [$0.message] + $0.notes.map(\.text) }
        }
      }
    }
  }

  @Test(arguments: [
    (1, 1, "a", "[{ event: scan, count: 1 }]"), (1, 5, "a", "[{ event: scan, count: 1 }]"),
    // Three ports are not seen within ten seconds.
    (1, 6, "a", "[{ event: scan, count: 0 }]"),
    // The third is seen after three times the distance.
    (1, 4, "a", "[{ event: scan, count: 0, by: +11s }, { event: scan, count: 1, by: +12s }]"),
    (0, 4, "a", "[{ event: scan, count: 0 }]"),
    (1, 1, "a", "[{ event: scan, count: 1, policy: scans }]"),
    (1, 1, "a", "[{ event: scan, count: 0, policy: others }]"),
    (1, 1, "b", "[{ event: scan, count: 1, policy: others }]"),
  ])
  func `findings are counted by signature, policy and time`(
    syn: Int, distance: Int, owner: String, expected: String
  ) throws {
    let found = try failures(
      """
      cases: { port: 1-3 }
      steps: [{ at: +\(distance)s each, packet: "FLOW{port} \(syn == 1 ? "SYN" : "ACK")", owner: \(owner) }]
      expect: { findings: \(expected) }
      """)
    #expect(found == [])
  }

  @Test func `another number is a failure, also among events`() throws {
    let found = try failures(
      """
      cases: { port: 1-3 }
      steps: [{ packet: "FLOW{port} SYN", owner: a }]
      expect: [{ event: scan, count: 2, by: +1s }, { event: net_packet_tcp, count: 0 }]
      """)
    #expect(found == ["expected 2 scan by +1s, found 1"])
  }

  @Test func `what is missing is waited for until the time of the expectation`() throws {
    func expect(_ expected: String) throws -> [String] {
      try failures(
        "steps: [{ packet: \"FLOW80 SYN\" }]\nexpect: { findings: [\(expected)] }", of: Self.absence
      )
    }
    #expect(try expect("{ event: scan, count: 1, by: +3s }") == [])
    #expect(try expect("{ event: scan, count: 0, by: +2999ms }") == [])
    #expect(try expect("{ event: scan, count: 0 }") == [])
  }

  @Test(arguments: [
    ("FLOW80", "comm=nmap pid=900", "add data.proto_tcp.SYN= with its value to the packet"),
    ("FLOW80 SYN", "comm=nmap", "selection syn of scan: add pid= with its value to the owner"),
    ("egress tcp 10.0.0.2:5 > 10.0.0.9 SYN", "pid=900 comm=a", "add data.dst_port= with its value"),
  ])
  func `what a signature asks of a packet must be stated`(
    packet: String, owner: String, note: String
  ) throws {
    let found = try failures(
      """
      steps: [{ packet: "\(packet)", owner: a }]
      expect: { findings: [{ event: scan, count: 0 }] }
      """, owner: owner)
    #expect(found.count == 2 && found[0] == "packet 1 does not state enough for the findings")
    #expect(found.last?.contains(note) == true, "\(found)")
  }

  @Test func `a packet that no bytes can be is a failure, and none is left out`() throws {
    let found = try failures(
      """
      steps: [{ packet: "FLOW80 SYN data.proto_tcp.dataOffset=2", owner: a }]
      expect: { findings: [{ event: scan, count: 0 }] }
      """)
    #expect(found == ["packet 1: there are no bytes of such a packet"])
    let length = try failures(
      """
      steps: [{ packet: "FLOW80 SYN data.proto_ipv4.length=3", owner: a }]
      expect: { findings: [{ event: scan, count: 0 }] }
      """)
    #expect(length == ["packet 1: its lengths contradict one another"])
    let interface = try failures(
      """
      steps: [{ packet: "egress udp 10.0.0.2:5 > 10.0.0.9:53 dns-request data.metadata.iface=eth7", owner: a }]
      expect: { findings: [{ event: scan, count: 0 }] }
      """)
    #expect(
      interface == ["packet 1: no bytes of a packet can be made with this data.metadata.iface"])
  }

  @Test func `segments of a flow follow one another, so each request is one`() throws {
    let signature = """
      type: signature
      name: scan
      selections: { get: { event: net_packet_http_request, filters: [data.http_request.method=GET] } }
      ---
      type: policy
      name: scans
      scope: [global]
      rules: [{ event: scan }]
      """
    let found = try failures(
      """
      cases: { path: [/a, /b, /c] }
      steps: [{ packet: "FLOW80 ACK data.http_request.method=GET data.http_request.uri_path={path}" }]
      expect: { findings: [{ event: scan, count: 3 }] }
      """, of: signature)
    #expect(found == [])
  }
}
