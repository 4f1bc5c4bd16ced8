@testable import FuzzPackets
public import FuzzSupport

@testable import Pipeline

/// Takes the bytes after the first as a record of the ring, or as what a packet of such a record carries, as the first
/// byte says.
@c(LLVMFuzzerTestOneInput)
public func fuzzRecords(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  lend(bytes, count) { bytes in
    guard bytes.byteCount > 0 else { return }
    let choice = bytes.byte(0)
    let rest = bytes.extracting(droppingFirst: 1).extracting(first: Carrier.limit)
    guard choice % 8 != RecordSeeds.isRecord else { return harness.consume(rest) }
    let carrier = Carrier.allCases[Int(choice % 8)]
    let packet = carrier.packet(around: rest.withUnsafeBytes { Array($0) })
    let record = RecordSeeds.record(of: packet, isOwned: choice & 8 != 0)
    harness.consume(record.span.bytes)
  }
  return 0
}

/// One for all inputs, since it opens files; its counts only grow.
private nonisolated(unsafe) let harness = Harness()

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedRecords(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(RecordSeeds.all, count, arguments)
  return 0
}
