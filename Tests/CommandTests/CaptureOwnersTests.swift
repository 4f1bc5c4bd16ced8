// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Captures whose packets have owners: in `test`, in `replay --owners`, and by the comments that `-o pcap` writes.
struct CaptureOwnersTests {
  private static let policy = """
    type: policy
    name: dns-out
    scope: ["comm=dig"]
    rules: [{ event: net_packet_udp, filters: [data.dst_port=53] }]
    ---
    type: policy
    name: all
    scope: [global]
    rules: [{ event: net_packet_udp }]
    """

  private static let tests = """
    kind: PolicyTest
    policies: [p.yaml]
    owners: { dig: comm=dig pid=7, other: comm=x }
    tests:
      - name: a session
        capture: a.pcap
        flows:
          - { between: "10.0.0.1:40000 10.0.0.9:53", owner: dig }
          - { between: "10.0.0.2 10.0.0.9", owner: other }
        expect:
          - { count: 1, policy: dns-out, event: net_packet_udp }
          - { count: 3, policy: all }
          - { count: 2, policy: all, where: [data.dst_port=80] }
          - { count: 3, event: net_packet_udp }
          - { count: 0, policy: dns-out, where: [data.dst_port=80] }
    """

  private static let owners = """
    kind: PacketOwners
    owners: { dig: comm=dig pid=7 uid=1000 }
    flows: [{ between: "10.0.0.9:53 10.0.0.1", owner: dig }]
    """

  private func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in ["p.yaml": Self.policy, "p.test.yaml": Self.tests, "o.yaml": Self.owners] {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    let capture = SampleCapture().pcap(ReplayTests.frames)
    try Data(capture).write(to: folder.appending(path: "a.pcap"))
    return try await body(folder.path)
  }

  @Test func `a test of a capture counts events by the engine that traces`() async throws {
    try await withFolder { folder in
      let passed = try await outcome(of: [Tracer.path, "test", folder])
      #expect(passed.ending == .exited(0), "\(passed.output)\(passed.errors)")
      let wrong = Self.tests.replacing("count: 1,", with: "count: 2,")
      try Data(wrong.utf8).write(to: URL(filePath: folder + "/p.test.yaml"))
      let failed = try await outcome(of: [Tracer.path, "test", folder])
      #expect(failed.ending == .exited(1))
      #expect(failed.output.contains("expected 2 net_packet_udp of policy dns-out, found 1"))
      let untold = Self.tests.replacing("other: comm=x", with: "other: uid=0")
      try Data(untold.utf8).write(to: URL(filePath: folder + "/p.test.yaml"))
      let open = try await outcome(of: [Tracer.path, "test", folder])
      #expect(open.ending == .exited(1))
      #expect(open.output.contains("comm=dig: add comm= with its value"))
      let nowhere = Self.tests.replacing("a.pcap", with: "b.pcap")
      try Data(nowhere.utf8).write(to: URL(filePath: folder + "/p.test.yaml"))
      let missing = try await outcome(of: [Tracer.path, "test", folder])
      #expect(missing.ending == .exited(2) && missing.errors.contains("b.pcap"))
    }
  }

  @Test func `replay takes owners from a file, and from comments that -o pcap wrote`() async throws
  {
    try await withFolder { folder in
      let first = try await outcome(
        of: [
          Tracer.path, "replay", folder + "/a.pcap", "-p", folder + "/p.yaml", "--owners",
          folder + "/o.yaml", "-o", "json", "-o", "pcap:" + folder + "/b.pcapng",
        ])
      #expect(first.ending == .exited(0), "\(first.errors)")
      let second = try await outcome(
        of: [Tracer.path, "replay", folder + "/b.pcapng", "-p", folder + "/p.yaml", "-o", "json"])
      #expect(second.ending == .exited(0), "\(second.errors)")
      for replayed in [first, second] {
        let events = try replayed.output.split(separator: "\n").map {
          try TracedEvent(line: Array($0.utf8))
        }
        #expect(events.count == 3)
        #expect(events.first?.matchedPolicies == ["dns-out", "all"], "\(replayed.output)")
        #expect(events.first?.processName == "dig" && events.first?.hostProcessID == 7)
        #expect(
          events.dropFirst().allSatisfy { $0.matchedPolicies == ["all"] && $0.processName.isEmpty })
        #expect(!replayed.errors.contains("warning: a capture does not record the owners"))
      }
      let wrong = try await outcome(
        of: [Tracer.path, "replay", folder + "/a.pcap", "--owners", folder + "/p.yaml"])
      #expect(wrong.ending == .exited(1) && wrong.errors.contains("kind: PacketOwners"))
    }
  }

  @Test func `a file of tests that is made of a capture passes`() async throws {
    try await withFolder { folder in
      let made = try await outcome(
        of: [Tracer.path, "test", "--create", folder + "/a.pcap", folder + "/p.yaml"])
      #expect(made.ending == .exited(0), "\(made.errors)")
      #expect(made.output.contains("{ count: 3, policy: all, event: net_packet_udp }"))
      try Data(made.output.utf8).write(to: URL(filePath: folder + "/made.test.yaml"))
      let passed = try await outcome(of: [Tracer.path, "test", folder + "/made.test.yaml"])
      #expect(passed.ending == .exited(0), "\(passed.output)\(passed.errors)")
    }
  }

  @Test func `diff compares what two sets report of a capture`() async throws {
    try await withFolder { folder in
      let edited = Self.policy.replacing(
        "rules: [{ event: net_packet_udp }]",
        with: "rules: [{ event: net_packet_udp, filters: [data.dst_port=80] }]")
      try Data(edited.utf8).write(to: URL(filePath: folder + "/new.yaml"))
      let diff = try await outcome(
        of: [
          Tracer.path, "diff", folder + "/p.yaml", folder + "/new.yaml", "--capture",
          folder + "/a.pcap",
        ])
      #expect(diff.ending == .exited(1))
      let lines = diff.output.split(separator: "\n")
      let index = try #require(
        lines.firstIndex(of: "capture: policy 'all', net_packet_udp: gained 0, lost 1, same 2"))
      #expect(
        lines[index + 1]
          == "    lost, frame 1: --packet 'ingress udp 10.0.0.1:40000 > 10.0.0.9:53'"
      )
    }
  }

  @Test func `what a capture decides counts in the coverage`() async throws {
    try await withFolder { folder in
      func covered(_ expected: String) async throws -> String {
        let test = """
          kind: PolicyTest
          policies: [p.yaml]
          owners: { dig: comm=dig pid=7, other: comm=x }
          tests:
            - name: a
          \(expected)
          """
        try Data(test.utf8).write(to: URL(filePath: folder + "/p.test.yaml"))
        let result = try await outcome(
          of: [Tracer.path, "test", folder + "/p.test.yaml", "--coverage"])
        #expect(result.ending == .exited(0), "\(result.output)\(result.errors)")
        return result.output
      }
      let nobody = try await covered("    capture: a.pcap\n    expect: [{ count: 3 }]")
      #expect(nobody.contains("comm=dig: met by no test"), "\(nobody)")
      #expect(!nobody.contains("data.dst_port=53:"), "met by one packet, and refused by another")
      let owned = try await covered(
        """
            capture: a.pcap
            flows:
              - { between: "10.0.0.1:40000 10.0.0.9:53", owner: dig }
              - { between: "10.0.0.2 10.0.0.9", owner: other }
            expect: [{ count: 3, event: net_packet_udp }]
        """)
      #expect(!owned.contains("comm=dig:"), "\(owned)")
      #expect(owned.contains("policy all, rule 1, net_packet_udp: refused by no test"))
    }
  }
}
