@testable import FuzzPackets
public import FuzzSupport
import Policy

@testable import Pipeline

/// Takes the bytes as a packet from its IP header on, and as a frame of every link type.
@c(LLVMFuzzerTestOneInput)
public func fuzzHeaders(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  lend(bytes, count) { bytes in
    HeaderClaims.check(bytes)
    LinkClaims.check(bytes)
    if turn.comes() { lines.check(bytes) }
  }
  return 0
}

private nonisolated(unsafe) let lines = EventLines([.ipv4, .ipv6, .tcp, .udp, .icmp, .icmpv6])
private nonisolated(unsafe) var turn = Turn(each: 4)

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedHeaders(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(PacketSeeds.all + PacketSeeds.frames, count, arguments)
  return 0
}
