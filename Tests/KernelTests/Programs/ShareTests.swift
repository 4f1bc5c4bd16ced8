// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Policy
import Testing

@testable import Pipeline

/// Who gets the last of a ring that nobody reads.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading BPF needs root"))
struct ShareTests {
  private static let flooded: UInt16 = 7
  private static let quiet: UInt16 = 8

  /// A ring of 1 MiB, a policy for each of two ports, and one for all.
  private static func ring() throws -> PacketTest {
    let rules = [flooded, quiet].enumerated().map { policy, port in
      PlanRule(
        policy: policy, event: .udp,
        filters: [
          Clause(.sourcePort, Condition(included: [.numbers(UInt64(port)...UInt64(port))]))
        ])
    }
    let plan = TracePlan(policies: ["flooded", "quiet"], rules: rules)
    return try PacketTest(KernelTables(plan, generation: 1), ringBytes: 1 << 20)
  }

  private func send(_ count: Int32, from port: UInt16, to ring: borrowing PacketTest) throws {
    let forged = PacketForge(PacketSketch(.udp, ports: (port, 9)))
    let verdict = try ring.run(TP_EGRESS, forged.bytes, times: count).verdict
    #expect(verdict == 1)
  }

  /// Reads the ring to its end, and says how many records there were.
  private func read(_ ring: borrowing PacketTest) throws -> Int {
    var count = 0
    try ring.consume { _ in
      count += 1
      return true
    }
    return count
  }

  @Test func `what floods the ring leaves room for the others`() throws {
    let ring = try Self.ring()
    try send(5000, from: Self.flooded, to: ring)
    let refused = try ring.losses(rules: 2)[0]
    #expect((1...4999).contains(refused))
    try send(20, from: Self.quiet, to: ring)
    #expect(try ring.losses(rules: 2) == [refused, 0])
    try send(1, from: Self.flooded, to: ring)
    #expect(try ring.losses(rules: 2) == [refused + 1, 0])
    #expect(try read(ring) == 5000 - Int(refused) + 20)
  }

  @Test func `whoever flooded the ring may use it again when it has been read`() throws {
    let ring = try Self.ring()
    try send(5000, from: Self.flooded, to: ring)
    let before = try ring.losses(rules: 2)
    _ = try read(ring)
    try send(500, from: Self.flooded, to: ring)
    #expect(try ring.losses(rules: 2) == before)
    #expect(try read(ring) == 500)
  }

  @Test func `one that takes all that was left for others loses by its own name`() throws {
    let ring = try Self.ring()
    try send(5000, from: Self.flooded, to: ring)
    try send(5000, from: Self.quiet, to: ring)
    let losses = try ring.losses(rules: 2)
    let counts = try ring.counts()
    #expect(losses[1] > 0 && losses[0] + losses[1] == counts.ringFull)
    #expect(try read(ring) == 10_000 - Int(counts.ringFull))
  }
}
