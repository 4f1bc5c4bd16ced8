import CAllocations
import Policy
import Testing

@testable import Pipeline

@Suite struct AllocationTests {
  @Test(arguments: [Destination.Format.json, .table])
  func `nothing is allocated for an event`(format: Destination.Format) throws {
    let output = try Output(
      Destination(format, path: "/dev/null"), clock: BootClock(epochOffset: 0))
    var emitter = Emitter(outputs: [output])
    emitter.add(EmitterTests.plan, generation: 1)
    var sample = SampleRecord(EmitterTests.packet, row: [0b1111])
    sample.own()
    let bytes = sample.bytes
    // The first batch makes the buffer as large as it has to be, and works out what the row means.
    let allocations = try (0..<2).map { _ in
      let before = ca_allocations()
      for _ in 0..<10_000 { emitter.consume(bytes.span.bytes) }
      _ = try emitter.flush()
      return ca_allocations() - before
    }
    #expect(allocations[1] == 0)
    #expect(emitter.counts.events == 40_000)
    #expect(output.written == 40_000)
  }

  @Test func `the counter counts`() {
    let before = ca_allocations()
    let buffer = LineBuffer(capacity: 4_096)
    #expect(ca_allocations() == before + 1 + 0 * UInt(buffer.count))
  }
}
