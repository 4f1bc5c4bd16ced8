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
    var bytes = sample.bytes
    // The first round makes the buffer as large as it has to be, and works out what the row means.
    let allocations = try (0..<2).map { _ in
      let before = ca_allocations()
      for _ in 0..<5_000 {
        emitter.consume(bytes.span.bytes)
        Self.follow(&bytes, sample)
      }
      _ = try emitter.flush()
      return ca_allocations() - before
    }
    #expect(allocations[1] == 0)
    #expect(emitter.counts.events == 20_000)
    _ = try emitter.finish()
    #expect(output.account.written == 20_000)
  }

  /// Makes of a record of TCP that of the segment after it.
  private static func follow(_ bytes: inout [UInt8], _ sample: SampleRecord) {
    guard sample.packet[9] == 6 else { return }
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
