import FuzzSupport

@testable import Pipeline

/// What holds for the bytes of any packet.
enum PacketClaims {
  /// Claims that reading a packet where the kernel found its headers gives what reading it from its
  /// first byte on gives, and that other places do no harm.
  static func check(_ packet: [UInt8]) {
    if let headers = PacketHeaders(packet.span.bytes) {
      claim(headers.transportOffset <= packet.count, "headers end in the packet: \(packet)")
      let again = PacketHeaders(
        packet.span.bytes, shape: headers.shape, transportOffset: headers.transportOffset)
      claim(again == headers, "the two readers agree: \(packet)")
    }
    guard let first = packet.first, let shape = PacketShape(rawValue: first % 16) else { return }
    for offset in [0, packet.count / 2, packet.count, packet.count + 1] {
      _ = PacketHeaders(packet.span.bytes, shape: shape, transportOffset: offset)
    }
  }
}
