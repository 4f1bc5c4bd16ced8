// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

@Suite struct EmitterTests {
  /// Three policies; rules 0 to 4.
  static let plan = TracePlan(
    policies: ["web", "all \"ip\"", "late"],
    rules: [
      PlanRule(policy: 0, event: .tcp), PlanRule(policy: 1, event: .ipv4),
      PlanRule(policy: 1, event: .tcp),
      PlanRule(policy: 1, event: .tcp), PlanRule(policy: 2, event: .udp),
    ])
  static let packet = SamplePacket.ipv4(6, SamplePacket.tcp())

  @Test func `each wanted event comes once, with the policies that want it in load order`() throws {
    let events = try emitted([SampleRecord(Self.packet, row: [0b1111])])
    #expect(events.map { $0["eventName"] as? String } == ["net_packet_ipv4", "net_packet_tcp"])
    #expect(
      events.map { $0["matchedPolicies"] as? [String] }
        == [["all \"ip\""], ["web", "all \"ip\""]])
    #expect(
      try emitted([SampleRecord(Self.packet, row: [0b1000])]).map {
        $0["matchedPolicies"] as? [String]
      }
        == [["all \"ip\""]])
  }

  @Test func `each rule's packets are emitted, rejected or undecodable, and counted`() throws {
    var undecided = [Undecided](repeating: Undecided(), count: 3)
    let clause = Clause(PacketField.sourcePort, Condition(included: [.numbers(1...40019)]))
    undecided[2] = Undecided(filters: [clause])
    var cut = SampleRecord(Self.packet, row: [0b0011])
    cut.header.captured = 30
    cut.packet = Array(cut.packet.prefix(30))
    let wrongKind = SampleRecord(Self.packet, row: [0b10001])
    try emit(
      [SampleRecord(Self.packet, row: [0b0111]), cut, wrongKind], undecided: undecided
    ) { emitter, events in
      #expect(events.map { $0["eventId"] as? String } == ["2000", "2002", "2000", "2002"])
      let counts = emitter.ruleCounts(generation: 1)
      #expect(counts.map(\.emitted) == [2, 2, 0, 0, 0])
      #expect(counts.map(\.rejected) == [0, 0, 1, 0, 0])
      #expect(counts.map(\.undecodable) == [1, 0, 0, 0, 1])
      #expect(emitter.counts.events == 4)
      let tcp = emitter.eventCounts()[EventKind.tcp.index]
      #expect((tcp.emitted, tcp.undecodable, tcp.submitted) == (2, 1, 3))
      #expect(emitter.counts.undecodable == 2)
      #expect(emitter.remove(generation: 1) == counts)
      #expect(emitter.ruleCounts(generation: 1).isEmpty)
    }
  }

  @Test func `clauses on the owner that the kernel left are asked of the owner`() throws {
    let suffix = Undecided(scope: [
      Clause(OwnerField.comm, Condition(included: [.text(.suffix("rl"))]))
    ])
    let path = Undecided(scope: [
      Clause(OwnerField.cgroup, Condition(included: [.text(.contains("web"))]))
    ])
    var owned = SampleRecord(Self.packet, row: [0b0001])
    owned.own()
    #expect(try emitted([owned], undecided: [suffix]).count == 1)
    #expect(try emitted([SampleRecord(Self.packet, row: [1])], undecided: [suffix]).isEmpty)
    #expect(try emitted([owned], undecided: [path]).isEmpty)
    let complete: (inout Owner) -> Void = {
      if $0.cgroupID == 5650 { $0.cgroupPath = "/a/web.slice" }
    }
    #expect(try emitted([owned], undecided: [path], complete: complete).count == 1)
  }

  @Test func `records are judged by the plan of their generation`() throws {
    try emit([]) { emitter, _ in
      emitter.add(
        TracePlan(policies: ["next"], rules: [PlanRule(policy: 0, event: .tcp)]), generation: 2)
      var next = SampleRecord(Self.packet, row: [1])
      next.header.generation = 2
      var none = next
      none.header.generation = 3
      for sample in [SampleRecord(Self.packet, row: [1]), next, none] {
        let bytes = sample.bytes
        emitter.consume(bytes.span.bytes)
      }
      #expect(emitter.counts.events == 2)
      #expect(emitter.counts.withoutPlan == 1)
      #expect(emitter.ruleCounts(generation: 2).map(\.emitted) == [1])
    }
  }

  @Test func `records that contradict themselves or the plan are counted, and give nothing`() throws
  {
    var unknown = SampleRecord(Self.packet, row: [0b100001])
    unknown.own()
    var kind = SampleRecord(Self.packet)
    kind.header.kind = 77
    try emit([unknown, kind]) { emitter, events in
      #expect(events.isEmpty)
      #expect(emitter.counts.malformed == 2)
      #expect(emitter.counts.records == 2)
    }
  }

  @Test func `a record with a bit of no rule is malformed, and no rule of user space refuses it`()
    throws
  {
    let plan = TracePlan(policies: ["web"], rules: [PlanRule(policy: 0, event: .tcp)])
    let suffix = Undecided(scope: [
      Clause(OwnerField.comm, Condition(included: [.text(.suffix("x"))]))
    ])
    try emit([]) { emitter, _ in
      emitter.add(plan, undecided: [suffix], generation: 2)
      for row in [0b1, 0b11] as [UInt64] {
        var sample = SampleRecord(Self.packet, row: [row])
        sample.own()
        sample.header.generation = 2
        let bytes = sample.bytes
        emitter.consume(bytes.span.bytes)
      }
      #expect(emitter.counts.malformed == 1)
      #expect(emitter.ruleCounts(generation: 2).map(\.rejected) == [1])
    }
  }

  @Test func `no event comes after the last that was asked for`() throws {
    try emit(
      [SampleRecord(Self.packet, row: [0b0011]), SampleRecord(Self.packet, row: [0b0011])],
      limit: 3
    ) { emitter, events in
      #expect(events.count == 3)
      let isDone = emitter.isDone
      #expect(isDone)
      #expect(emitter.ruleCounts(generation: 1).map(\.afterLimit) == [1, 0, 0, 0, 0])
      #expect(emitter.ruleCounts(generation: 1).map(\.submitted) == [2, 2, 0, 0, 0])
    }
  }

  @Test func `more rows than are remembered lose no count`() throws {
    let rules = (0..<1024).map { PlanRule(policy: $0, event: .tcp) }
    let plan = TracePlan(policies: rules.indices.map { "p\($0)" }, rules: rules)
    var emitter = Emitter(outputs: [])
    emitter.add(plan, generation: 1)
    for round in 0..<3 {
      for number in rules.indices {
        var row = [UInt64](repeating: 0, count: 16)
        row[number / 64] |= 1 << UInt64(number % 64)
        row[15 - number / 64] |= 1 << UInt64(round)
        let bytes = SampleRecord(Self.packet, row: row).bytes
        emitter.consume(bytes.span.bytes)
      }
    }
    let counts = emitter.ruleCounts(generation: 1)
    #expect(counts.allSatisfy { $0.emitted >= 3 })
    var expected = [UInt64](repeating: 3, count: 1024)
    for round in 0..<3 {
      for word in 0..<16 { expected[(15 - word) * 64 + round] += 64 - (15 - word == word ? 1 : 0) }
    }
    #expect(counts.map(\.emitted) == expected)
  }

  /// Consumes records by the plan above and gives `body` the emitter and the events of its JSON output.
  private func emit(
    _ records: [SampleRecord], undecided: [Undecided] = [], limit: UInt64 = .max,
    complete: @escaping (inout Owner) -> Void = { _ in },
    _ body: (inout Emitter, [[String: Any]]) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/events.json"
      let output = try Output(
        Destination(.json, path: path), clock: BootClock(epochOffset: 0))
      var emitter = Emitter(outputs: [output])
      emitter.completeOwner = { owner, _ in complete(&owner) }
      emitter.eventLimit = limit
      emitter.add(Self.plan, undecided: undecided, generation: 1)
      for record in records {
        let bytes = record.bytes
        emitter.consume(bytes.span.bytes)
      }
      #expect(try emitter.outputs.finish() == .written)
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      let events = try lines.map {
        _ = try TracedEvent(line: Array($0.utf8))
        return try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      #expect(output.account.written == UInt64(events.count))
      try body(&emitter, events)
    }
  }

  private func emitted(
    _ records: [SampleRecord], undecided: [Undecided] = [],
    complete: @escaping (inout Owner) -> Void = { _ in }
  ) throws -> [[String: Any]] {
    var result: [[String: Any]] = []
    try emit(records, undecided: undecided, complete: complete) { result = $1 }
    return result
  }
}

/// Gives `body` an empty folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}
