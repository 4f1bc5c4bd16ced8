// SPDX-License-Identifier: Apache-2.0

import CAllocations
import CBPF
import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

/// Packets that stand for several datagrams.
@Suite struct DatagramTests {
  /// A packet whose payload is to be cut into datagrams.
  private static func packet(
    _ version: IPVersion, _ payloads: [[UInt8]], from: UInt16 = 40000, to: UInt16 = 53
  ) -> SampleRecord {
    let datagram = SamplePacket.udp(from: from, to: to, payloads.flatMap { $0 })
    var sample = SampleRecord(
      version == .four ? SamplePacket.ipv4(17, datagram) : SamplePacket.ipv6(17, datagram))
    sample.header.segment_size = UInt16(payloads[0].count)
    sample.own()
    return sample
  }

  /// What the packet would be if the kernel had sent a datagram alone.
  private static func datagram(_ version: IPVersion, _ payload: [UInt8], number: UInt16) -> [UInt8]
  {
    let datagram = SamplePacket.udp(from: 40000, to: 53, payload)
    guard version == .four else { return SamplePacket.ipv6(17, datagram) }
    var packet = SamplePacket.ipv4(17, datagram)
    packet.replaceSubrange(4..<6, with: SamplePacket.big(0xbeef + number))
    packet.replaceSubrange(10..<12, with: [0, 0])
    var sum = stride(from: 0, to: 20, by: 2).reduce(UInt32(0)) {
      $0 + UInt32(packet[$1]) << 8 + UInt32(packet[$1 + 1])
    }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    packet.replaceSubrange(10..<12, with: SamplePacket.big(~UInt16(sum)))
    return packet
  }

  private static func question(_ name: String, isAnswer: Bool = false) -> [UInt8] {
    SampleDNS.message(
      flags: isAnswer ? 0x8000 : 0x0100, counts: [1, 0, 0, 0], SampleDNS.question(name, 1))
  }

  @Test(arguments: IPVersion.allCases)
  func `each datagram is a packet of its own, with its own lengths`(version: IPVersion) throws {
    let payloads = [[UInt8](repeating: 1, count: 40), [UInt8](repeating: 2, count: 40), [3, 3, 3]]
    let sample = Self.packet(version, payloads)
    try sample.read { record, _ in
      guard let parts = DatagramParts(record) else {
        Issue.record("a packet that is not cut")
        return
      }
      #expect(parts.count == 3)
      let memory = DatagramRecord()
      for (index, payload) in payloads.enumerated() {
        memory.fill(index, of: parts, record)
        memory.put(record.row)
        guard let one = RecordReader(memory.bytes) else {
          Issue.record("a record that cannot be read")
          return
        }
        let expected = Self.datagram(version, payload, number: UInt16(index))
        #expect(one.packet.copy == expected)
        #expect(one.length == UInt32(expected.count))
        #expect(one.segmentSize == 0)
        #expect(one.owner.id == 7 && one.row == record.row && one.time == record.time)
      }
    }
  }

  @Test(arguments: IPVersion.allCases, [28, 50, 60, 100])
  func `of what was not captured each datagram has its headers`(version: IPVersion, captured: Int)
    throws
  {
    let payloads = (0..<3).map { [UInt8](repeating: $0, count: 30) }
    var sample = Self.packet(version, payloads)
    let headers = version == .four ? 28 : 48
    let captured = max(captured, headers)
    sample.packet = Array(sample.packet.prefix(captured))
    sample.header.captured = UInt32(captured)
    try sample.read { record, _ in
      guard let parts = DatagramParts(record) else {
        Issue.record("a packet that is not cut")
        return
      }
      let memory = DatagramRecord()
      for index in 0..<3 {
        memory.fill(index, of: parts, record)
        memory.put(record.row)
        guard let one = RecordReader(memory.bytes) else {
          Issue.record("a record that cannot be read")
          return
        }
        let whole = Self.datagram(version, payloads[index], number: UInt16(index))
        let there = min(30, max(0, captured - headers - 30 * index))
        #expect(one.packet.copy == Array(whole.prefix(headers + there)))
        #expect(one.length == UInt32(whole.count))
      }
    }
  }

  @Test(
    arguments: [
      { $0.segment_size = 0 }, { $0.segment_size = 41 }, { $0.segment_size = .max },
      { $0.shape = 1 }, { $0.shape = 0 }, { $0.captured = 27 }, { $0.transport_offset = 0 },
    ] as [@Sendable (inout tp_packet) -> Void])
  func `a record that says otherwise is one datagram`(
    change: @Sendable (inout tp_packet) -> Void
  ) throws {
    var sample = Self.packet(.four, [[UInt8](repeating: 0, count: 41)])
    change(&sample.header)
    sample.packet = Array(sample.packet.prefix(Int(sample.header.captured)))
    let bytes = sample.bytes
    guard let record = RecordReader(bytes.span.bytes) else {
      Issue.record("a record that cannot be read")
      return
    }
    let isCut = DatagramParts(record) != nil
    #expect(!isCut)
  }

  private static let plan = TracePlan(
    policies: ["udp", "short", "long", "first", "asks", "answers", "evil"],
    rules: [
      PlanRule(policy: 0, event: .udp),
      rule(1, .udp, "proto_udp.length", .numbers(0...30)),
      rule(2, .ipv4, "proto_ipv4.length", .numbers(50...60_000)),
      rule(3, .ipv4, "proto_ipv4.id", .numbers(0xbeef...0xbeef)),
      PlanRule(policy: 4, event: .dnsRequest), PlanRule(policy: 5, event: .dnsResponse),
      rule(6, .dns, "proto_dns.questions.name", .text(.prefix("evil"))),
    ])

  private static func rule(
    _ policy: Int, _ event: EventKind, _ path: String, _ operand: Operand
  ) -> PlanRule {
    let field = PacketField(rawValue: path).map { [Clause($0, Condition(included: [operand]))] }
    return PlanRule(policy: policy, event: event, filters: field ?? [])
  }

  private static let messages = [
    question("good0.example"), question("evil1.example", isAnswer: true),
    question("evil2.example"), question("x.y"),
  ]

  /// What comes of the messages as one packet: the policies of each event, in order.
  private func outcome(
    _ sample: SampleRecord, _ place: FilterMode = .kernel, limit: UInt64 = .max,
    format: OutputFormat = .json, _ body: (inout Emitter, String) throws -> Void
  ) throws {
    let tables = KernelTables(Self.plan, generation: 1, filters: place)
    try withTemporaryFolder { folder in
      let path = folder + "/events"
      let output = try Output(
        Destination(format, path: path), clock: BootClock(epochOffset: 1_700_000_000_000_000_000))
      var emitter = Emitter(outputs: [output])
      emitter.eventLimit = limit
      emitter.add(
        Self.plan, undecided: tables.undecided, datagrams: DatagramTables(tables), generation: 1)
      let bytes = sample.bytes
      emitter.consume(bytes.span.bytes)
      _ = try emitter.outputs.finish()
      try body(&emitter, path)
    }
  }

  private static var sample: SampleRecord {
    var sample = packet(.four, messages)
    sample.row = [0b111_1111]
    return sample
  }

  @Test(arguments: [FilterMode.kernel, .userSpace])
  func `each datagram is judged by what it says itself, and the ledger balances`(
    place: FilterMode
  ) throws {
    try outcome(Self.sample, place) { emitter, path in
      let events = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
        try TracedEvent(line: Array($0.utf8))
      }
      let seen = events.map {
        "\($0.name.dropFirst(11)) \($0.matchedPolicies.joined(separator: ","))"
      }
      #expect(
        seen == [
          "ipv4 long,first", "udp udp", "dns_request asks",
          "ipv4 long", "udp udp", "dns evil", "dns_response answers",
          "ipv4 long", "udp udp", "dns evil", "dns_request asks",
          "udp udp,short", "dns_request asks",
        ])
      let lengths = events.compactMap { $0.arguments["proto_udp"]?["length"]?.unsigned }
      #expect(lengths == Self.messages.map { UInt64($0.count + 8) })
      let names = events.compactMap {
        $0.arguments["dns_questions"]?.elements?.first?["query"]?.string
      }
      #expect(names == ["good0.example", "evil2.example", "x.y"])
      #expect(emitter.counts.records == 1 && emitter.counts.events == 13)
      let counts = emitter.ruleCounts(generation: 1)
      #expect(counts.map(\.emitted) == [4, 1, 3, 1, 3, 1, 2])
      #expect(counts.map(\.rejected) == [0, 3, 1, 3, 1, 3, 2])
      #expect(counts.allSatisfy { $0.submitted == 1 && $0.further == 3 })
      #expect(emitter.eventCounts().allSatisfy { $0.submitted <= 1 })
    }
  }

  @Test func `no event comes after the last that was asked for, and the ledger balances`() throws {
    for limit in 0...13 as ClosedRange<UInt64> {
      try outcome(Self.sample, limit: limit) { emitter, _ in
        #expect(emitter.counts.events == limit)
        #expect(emitter.ruleCounts(generation: 1).allSatisfy { $0.submitted == 1 })
        #expect(emitter.eventCounts().allSatisfy { $0.submitted <= 1 })
      }
    }
  }

  @Test func `a packet is written as a block for each datagram that gave an event`() throws {
    var sample = Self.sample
    sample.row = [0b100_0000]
    try outcome(sample, format: .pcap) { _, path in
      var reader = try CaptureReader.open(path)
      var packets: [[UInt8]] = []
      while reader.next() {
        let (frame, input) = (reader.frame, reader.input)
        packets.append(frame.place.map { input.bytes.byte($0) })
      }
      #expect(reader.faults == CaptureFaults())
      let expected = [1, 2].map {
        Self.datagram(.four, Self.messages[$0], number: UInt16($0))
      }
      #expect(packets == expected)
    }
  }

  @Test func `more datagrams than any packet has are one that cannot be read`() throws {
    let payloads = (0..<3_000).map { [UInt8(truncatingIfNeeded: $0)] }
    var sample = Self.packet(.four, payloads)
    sample.row = [1]
    try outcome(sample) { emitter, _ in
      #expect(emitter.counts.events == 1024)
      let counts = emitter.ruleCounts(generation: 1)[0]
      #expect(counts.undecodable == 1 && counts.submitted == 1)
    }
  }

  @Test func `more rows than are remembered lose no count`() throws {
    let field = try #require(PacketField(rawValue: "proto_udp.length"))
    let rules = (0..<1024).map { number in
      PlanRule(
        policy: 0, event: .udp,
        filters: [Clause(field, Condition(included: [.numbers(9...UInt64(9 + number))]))])
    }
    let plan = TracePlan(policies: ["p"], rules: rules)
    let tables = KernelTables(plan, generation: 1)
    var emitter = Emitter(outputs: [])
    emitter.add(plan, datagrams: DatagramTables(tables), generation: 1)
    for size in stride(from: 1, through: 1000, by: 3) {
      // The last datagram has one byte.
      var sample = Self.packet(
        .six, [[UInt8](repeating: 0, count: size), [UInt8](repeating: 0, count: size), [0]])
      sample.row = [UInt64](repeating: .max, count: 16)
      sample.header.row_words = 16
      let bytes = sample.bytes
      emitter.consume(bytes.span.bytes)
    }
    let counts = emitter.ruleCounts(generation: 1)
    #expect(counts.allSatisfy { $0.submitted == 334 })
    for (number, count) in counts.enumerated() {
      let whole = stride(from: 1, through: 1000, by: 3).count { $0 <= number + 1 }
      #expect(count.emitted == UInt64(334 + 2 * whole), "rule \(number)")
    }
  }

  @Test func `nothing is allocated for a datagram`() throws {
    let output = try Output(
      Destination(.json, path: "/dev/null"), clock: BootClock(epochOffset: 0))
    let tables = KernelTables(Self.plan, generation: 1)
    var emitter = Emitter(outputs: [output])
    emitter.add(
      Self.plan, undecided: tables.undecided, datagrams: DatagramTables(tables), generation: 1)
    let bytes = Self.sample.bytes
    let allocations = try (0..<2).map { _ in
      let before = ca_allocations()
      for _ in 0..<500 { emitter.consume(bytes.span.bytes) }
      _ = try emitter.outputs.flush()
      return ca_allocations() - before
    }
    #expect(allocations[1] == 0)
    #expect(emitter.counts.events == 13_000)
    _ = try emitter.outputs.finish()
  }
}
