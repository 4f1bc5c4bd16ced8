// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// What the programs do with packets that no peer would send, and when the ring has no room.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading BPF needs root"))
struct ProgramTests {
  private static let everything = TracePlan(
    policies: ["all"], rules: EventKind.allCases.map { PlanRule(policy: 0, event: $0) })

  @Test func `no packet is dropped, whatever its bytes are`() throws {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let test = try PacketTest(KernelTables(Self.everything, generation: 1), ringBytes: 1 << 22)
    var tried: UInt64 = 0
    var records: UInt64 = 0
    for _ in 0..<4000 {
      var bytes = (0..<Int.random(in: 20...120, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) {
        bytes[0] = [0x45, 0x46, 0x4f, 0x44, 0x60].randomElement(using: &random) ?? 0x45
      }
      if Bool.random(using: &random) {
        bytes[bytes[0] >> 4 == 6 ? 6 : 9] =
          [0, 1, 6, 17, 43, 44, 51, 58, 60].randomElement(using: &random) ?? 6
      }
      for direction in [TP_INGRESS, TP_EGRESS] {
        let result = try test.run(direction, bytes)
        #expect(result.verdict == 1, "seed \(seed), bytes \(bytes)")
        tried += 1
      }
      try test.consume { record in
        records += 1
        guard RecordReader(record) == nil else { return true }
        Issue.record("a record that contradicts itself; seed \(seed), bytes \(bytes)")
        return true
      }
    }
    let counts = try test.counts()
    #expect(counts.seen == tried)
    #expect(counts.submitted == records && counts.ringFull == 0)
    #expect(counts.malformed > 0 && counts.malformed == counts.unwanted)
  }

  @Test func `the kernel and user space see the same headers in any bytes`() throws {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let test = try PacketTest(KernelTables(Self.everything, generation: 1))
    var expected = KernelCounts()
    var behindAuthentication = 0
    for _ in 0..<4000 {
      var hasAuthentication = false
      var bytes = (0..<Int.random(in: 20...1600, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      bytes[0] = [0x45, 0x46, 0x4f, 0x60].randomElement(using: &random) ?? 0x45
      if bytes[0] >> 4 == 4 {
        bytes[9] = [1, 6, 17, 58].randomElement(using: &random) ?? 6
        if Bool.random(using: &random) { (bytes[6], bytes[7]) = (0x40, 0) }
      } else if bytes.count > 80 {
        // A chain of short extension headers that ends in a transport.
        var place = 6
        var next = 40
        for _ in 0..<Int.random(in: 0...9, using: &random) where next + 8 < bytes.count {
          let sort: UInt8 = [0, 43, 44, 51, 60].randomElement(using: &random) ?? 0
          bytes[place] = sort
          place = next
          let length = Int.random(in: Bool.random(using: &random) ? 0...2 : 0...90, using: &random)
          bytes[next + 1] = UInt8(length)
          if Bool.random(using: &random) { (bytes[next + 2], bytes[next + 3]) = (0, 1) }
          next += sort == 44 ? 8 : sort == 51 ? 4 * (length + 2) : 8 * (length + 1)
          if sort == 51 { hasAuthentication = true }
        }
        bytes[place] = [1, 6, 17, 58].randomElement(using: &random) ?? 6
      }
      if let hidden = PacketHeaders(bytes.span.bytes)?.hiddenTransport(in: bytes.span.bytes) {
        expected.count(hidden)
      }
      _ = try test.run(TP_EGRESS, bytes)
      try test.consume { record in
        guard let reader = RecordReader(record), let headers = PacketHeaders(bytes.span.bytes)
        else {
          Issue.record("seed \(seed): the kernel took what user space refuses: \(bytes)")
          return true
        }
        let (shape, offset) = (reader.shape, reader.transportOffset)
        #expect(shape == headers.shape, "seed \(seed), bytes \(bytes)")
        #expect(offset == headers.transportOffset, "seed \(seed), bytes \(bytes)")
        if hasAuthentication, shape.transport != .other { behindAuthentication += 1 }
        return true
      }
    }
    let counts = try test.counts()
    #expect(counts.fragments == expected.fragments && expected.fragments > 0, "seed \(seed)")
    #expect(counts.buried == expected.buried && expected.buried > 0, "seed \(seed)")
    #expect(counts.cutOff == expected.cutOff && expected.cutOff > 0, "seed \(seed)")
    #expect(behindAuthentication > 50, "seed \(seed)")
  }

  @Test func `hundreds of extension headers hide what is behind them, and are counted`() throws {
    let test = try PacketTest(KernelTables(Self.everything, generation: 1))
    for (count, isFound) in [(1, true), (8, true), (9, false), (400, false)] {
      var sketch = PacketSketch(
        .udp, from: IPAddress(high: 0, low: 1), to: IPAddress(high: 0, low: 1))
      sketch.extensions = (0..<count).map { _ in PacketSketch.Extension(number: 60) }
      let bytes = PacketForge(sketch).bytes
      let before = try test.counts().buried
      _ = try test.run(TP_INGRESS, bytes)
      #expect(try test.counts().buried - before == (isFound ? 0 : 1))
      try test.consume { record in
        #expect(RecordReader(record)?.shape.transport == (isFound ? .udp : .other))
        return true
      }
    }
  }

  @Test func `a full ring loses nothing silently`() throws {
    let rules = [
      PlanRule(policy: 0, event: .udp),
      PlanRule(
        policy: 0, event: .udp,
        filters: [Clause(.sourcePort, Condition(included: [.numbers(7...7)]))]),
      PlanRule(policy: 0, event: .tcp),
    ]
    let tables = KernelTables(TracePlan(policies: ["p"], rules: rules), generation: 1)
    let test = try PacketTest(tables, ringBytes: 4096)
    for port in [UInt16(7), 8] {
      let forged = PacketForge(PacketSketch(.udp, ports: (port, 9)))
      for _ in 0..<50 { _ = try test.run(TP_EGRESS, forged.bytes) }
    }
    var records: UInt64 = 0
    try test.consume { _ in
      records += 1
      return true
    }
    let counts = try test.counts()
    let losses = try test.losses(rules: 3)
    #expect(counts.wanted == 100 && counts.unwanted == 0)
    #expect(counts.submitted == records && records > 0 && counts.ringFull == 100 - records)
    #expect(losses == [100 - records, 50 - min(50, records), 0])
  }

  @Test func `whoever reads the ring can stop, and find the rest later`() throws {
    let test = try PacketTest(KernelTables(Self.everything, generation: 1))
    let forged = PacketForge(PacketSketch(.udp, ports: (7, 9)))
    for _ in 0..<10 { _ = try test.run(TP_EGRESS, forged.bytes) }
    var taken: [Int] = []
    for limit in [3, 5, 100, 100] {
      var count = 0
      try test.consume { _ in
        count += 1
        return count < limit
      }
      taken.append(count)
    }
    #expect(taken == [3, 5, 2, 0])
  }
}
