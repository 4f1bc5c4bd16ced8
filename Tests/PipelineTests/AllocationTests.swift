import CAllocations
import Policy
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

  @Test(arguments: [Destination.Format.json, .table, .pcap], records.indices)
  func `nothing is allocated for an event`(format: Destination.Format, index: Int) throws {
    let output = try Output(
      Destination(format, path: "/dev/null"), clock: BootClock(epochOffset: 0))
    var emitter = Emitter(outputs: [output])
    emitter.add(Self.records[index].plan, generation: 1)
    var sample = SampleRecord(Self.records[index].packet, row: [0b111])
    sample.own()
    let bytes = sample.bytes
    // The first round makes the buffer as large as it has to be, and works out what the row means.
    let allocations = try (0..<2).map { _ in
      let before = ca_allocations()
      for _ in 0..<5_000 { emitter.consume(bytes.span.bytes) }
      _ = try emitter.flush()
      return ca_allocations() - before
    }
    #expect(allocations[1] == 0)
    #expect(emitter.counts.events == 20_000)
    _ = try emitter.finish()
    #expect(output.account.written == 20_000)
  }

  @Test func `the counter counts`() {
    let before = ca_allocations()
    let buffer = LineBuffer(capacity: 4_096)
    #expect(ca_allocations() == before + 1)
    #expect(buffer.count == 0)
  }
}
