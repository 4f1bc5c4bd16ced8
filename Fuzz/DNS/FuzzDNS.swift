@testable import FuzzPackets
public import FuzzSupport
import Policy

@testable import Pipeline

/// Takes the bytes as a DNS message.
@c(LLVMFuzzerTestOneInput)
public func fuzzDNS(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  lend(bytes, min(count, Carrier.limit)) { bytes in
    let isMessage = claims.check(bytes)
    guard turn.comes() else { return }
    let packet = Carrier.dnsOverUDP.packet(around: bytes.withUnsafeBytes { Array($0) })
    let kinds = lines.check(packet.span.bytes)
    claim(kinds.contains(.dns) == isMessage, "a packet with a message gives its event")
    claim(
      (kinds.contains(.dnsRequest) != kinds.contains(.dnsResponse)) == isMessage,
      "a message is a request or a response")
  }
  return 0
}

private nonisolated(unsafe) let claims = MessageClaims()
private nonisolated(unsafe) let lines = EventLines([.dns, .dnsRequest, .dnsResponse])
private nonisolated(unsafe) var turn = Turn(each: 4)

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedDNS(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(MessageSeeds.all, count, arguments)
  return 0
}
