@testable import FuzzPackets
public import FuzzSupport
import Policy

@testable import Pipeline

/// Takes the bytes as what a connection carries where a head may begin.
@c(LLVMFuzzerTestOneInput)
public func fuzzHTTP(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  lend(bytes, min(count, Carrier.limit)) { bytes in
    let isHead = claims.check(bytes)
    guard turn.comes() else { return }
    let packet = Carrier.httpRequest.packet(around: bytes.withUnsafeBytes { Array($0) })
    let kinds = lines.check(packet.span.bytes)
    claim(kinds.contains(.http) == isHead, "a packet with a head gives its event")
    claim(
      (kinds.contains(.httpRequest) != kinds.contains(.httpResponse)) == isHead,
      "a head is of a request or of a response")
  }
  return 0
}

private nonisolated(unsafe) let claims = HeadClaims()
private nonisolated(unsafe) let lines = EventLines([.http, .httpRequest, .httpResponse])
private nonisolated(unsafe) var turn = Turn(each: 4)

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedHTTP(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(HeadSeeds.all, count, arguments)
  return 0
}
