public import FuzzSupport

@testable import Pipeline

/// Takes the bytes after the first as a packet, as a record of the ring, or as what DNS or HTTP
/// carry, as the first byte says.
@c(LLVMFuzzerTestOneInput)
public func fuzzPackets(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
  guard let choice = bytes.first, let input = PacketInput(rawValue: choice % 8) else { return 0 }
  let rest = Array(bytes[1...].prefix(PacketInput.limit))
  if input == .record {
    harness.consume(rest)
  } else {
    let packet = input.packet(around: rest)
    PacketClaims.check(packet)
    harness.consume(PacketInput.record(of: packet, isOwned: choice & 8 != 0))
  }
  return 0
}

/// One for all inputs, since it opens files; its counts only grow.
private nonisolated(unsafe) let harness = Harness()

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedPackets(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(PacketSeeds.all, count, arguments)
  return 0
}
