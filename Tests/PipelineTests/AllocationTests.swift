// SPDX-License-Identifier: Apache-2.0

import CAllocations
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

@Suite struct AllocationTests {
  /// Records, each of which gives two events.
  static let records: [(packet: [UInt8], plan: TracePlan)] = [
    (EmitterTests.packet, EmitterTests.plan),
    (
      SamplePacket.ipv4(17, SamplePacket.udp(from: 53, to: 40000, DNSTests.response)),
      DNSEventTests.plan
    ),
    (HTTPEventTests.segment(HTTPTests.request), HTTPEventTests.plan),
  ]

  @Test(
    arguments: [
      "json", "table", "pcap", "json,add=time,@timestamp,host,host-id,labels,digest",
      "json,shape=ecs", "json,shape=ecs,add=labels,digest",
    ], records.indices)
  func `nothing is allocated for an event`(format: String, index: Int) throws {
    var destination = try Destination(parsing: format)
    destination.place = .file("/dev/null")
    let output = try Output(destination, clock: BootClock(epochOffset: 0))
    var emitter = Emitter(outputs: [output])
    var plan = Self.records[index].plan
    for policy in plan.policies { plan.labels[policy] = ["team": "edge"] }
    emitter.add(plan, generation: 1)
    emitter.show(digest: String(repeating: "a", count: 64))
    var sample = SampleRecord(Self.records[index].packet, row: [0b111])
    sample.own()
    var bytes = sample.bytes
    // The first round makes the buffer as large as it has to be, and works out what the row means.
    let allocations = try (0..<2).map { _ in
      let before = ca_allocations()
      for _ in 0..<5_000 {
        emitter.consume(bytes.span.bytes)
        Self.follow(&bytes, sample)
      }
      _ = try emitter.outputs.flush()
      return ca_allocations() - before
    }
    #expect(allocations[1] == 0)
    #expect(emitter.counts.events == 20_000)
    _ = try emitter.outputs.finish()
    #expect(output.account.written == 20_000)
  }

  private static let message = SampleDNS.message(
    flags: 0x0100, counts: [1, 0, 0, 0], SampleDNS.question("example.org", 28))

  @Test(arguments: EventKind.allCases, EventShape.allCases)
  func `nothing is allocated for an event of any kind`(kind: EventKind, shape: EventShape) throws {
    let packet: [UInt8] =
      switch kind {
      case .ipv4, .tcp: SamplePacket.ipv4(6, SamplePacket.tcp())
      case .ipv6: SamplePacket.ipv6(6, SamplePacket.tcp())
      case .udp: SamplePacket.ipv4(17, SamplePacket.udp())
      case .icmp: SamplePacket.ipv4(1, SamplePacket.icmp(8))
      case .icmpv6: SamplePacket.ipv6(58, SamplePacket.icmp(128))
      case .dns, .dnsResponse:
        SamplePacket.ipv4(17, SamplePacket.udp(from: 53, to: 40000, DNSTests.response))
      case .dnsRequest: SamplePacket.ipv4(17, SamplePacket.udp(Self.message))
      case .http, .httpRequest: HTTPEventTests.segment(HTTPTests.request)
      case .httpResponse: HTTPEventTests.segment(HTTPTests.response + "0\r\n\r\n")
      }
    let rule = PlanRule(policy: 0, event: kind)
    #expect(try allocations(for: packet, rule, Undecided(), events: 1, shape) == 0)
  }

  @Test(
    arguments: [
      (.dns, "proto_dns.questions.name", .text(.suffix(".evil.example")), false),
      (.dns, "proto_dns.answers.MX.name", .text(.exact("mx.example.org")), true),
      (.http, "proto_http.method", .text(.exact("POST")), false),
      (.http, "proto_http.headers", .member("X-Twice", .prefix("two")), true),
      (.http, "metadata.iface", .text(.exact("eth0")), false),
      (.tcp, "syscall", .text(.exact("sendto")), false),
    ] as [(EventKind, String, Operand, Bool)])
  func `nothing is allocated to ask what the kernel left open`(
    kind: EventKind, path: String, operand: Operand, holds: Bool
  ) throws {
    let packet =
      kind == .dns
      ? SamplePacket.ipv4(17, SamplePacket.udp(from: 53, to: 40000, DNSTests.response))
      : HTTPEventTests.segment(HTTPTests.request)
    let field = try #require(PacketField(rawValue: path))
    let rule = PlanRule(
      policy: 0, event: kind,
      scope: [Clause(.comm, Condition(included: [.text(.suffix("url"))]))],
      filters: [Clause(field, Condition(included: [operand]))])
    let undecided = Undecided(rule, filters: .userSpace)
    #expect(try allocations(for: packet, rule, undecided, events: holds ? 1 : 0) == 0)
  }

  /// What is allocated for 2,000 records of a packet, after as many that made everything as large as it has to be.
  ///
  /// - Parameter events: how many events each of them gives.
  private func allocations(
    for packet: [UInt8], _ rule: PlanRule, _ undecided: Undecided, events: UInt64,
    _ shape: EventShape = .tracee
  ) throws -> UInt {
    var destination = Destination(.json, path: "/dev/null")
    destination.shape = shape
    let output = try Output(destination, clock: BootClock(epochOffset: 0))
    var emitter = Emitter(outputs: [output])
    emitter.add(TracePlan(policies: ["p"], rules: [rule]), undecided: [undecided], generation: 1)
    var sample = SampleRecord(packet)
    sample.own()
    var bytes = sample.bytes
    var allocations: UInt = 0
    for _ in 0..<2 {
      let before = ca_allocations()
      for _ in 0..<2_000 {
        emitter.consume(bytes.span.bytes)
        Self.follow(&bytes, sample)
      }
      _ = try emitter.outputs.flush()
      allocations = ca_allocations() - before
    }
    #expect(emitter.counts.events == 4_000 * events)
    _ = try emitter.outputs.finish()
    return allocations
  }

  /// Makes of a record of TCP that of the segment after it.
  private static func follow(_ bytes: inout [UInt8], _ sample: SampleRecord) {
    guard sample.packet[0] >> 4 == 4, sample.packet[9] == 6 else { return }
    let place = bytes.count - sample.packet.count + 24
    var sequence = UInt32(bigEndian: bytes.bytes.host(place))
    sequence &+= UInt32(sample.packet.count - 40)
    for index in 0..<4 {
      bytes[place + index] = UInt8(truncatingIfNeeded: sequence >> UInt32(24 - 8 * index))
    }
  }

  @Test func `the counter counts`() {
    let before = ca_allocations()
    let buffer = LineBuffer(capacity: 4_096)
    #expect(ca_allocations() == before + 1)
    #expect(buffer.count == 0)
  }
}
