// SPDX-License-Identifier: Apache-2.0

import Policy

/// A packet that is a fragment of a larger one (RFC 791 §2.3, RFC 8200 §4.5).
struct PacketFragment {
  /// What the fragments of one packet have in common.
  struct Key: Hashable {
    let family: PacketShape.Family
    let source: IPAddress
    let destination: IPAddress
    let id: UInt32
    /// Of IPv4 the protocol, of IPv6 0.
    let nextProtocol: UInt8
    /// Where it was captured: the same fragment can be seen at two interfaces.
    var place: UInt64 = 0
  }

  var key: Key
  /// Where its bytes stand in the payload of the whole.
  let offset: Int
  /// Whether no bytes follow them there.
  let isLast: Bool
  /// Where its bytes begin in the fragment.
  let start: Int
  /// The bytes before what was cut: the headers that each fragment repeats.
  let headers: Int
  /// Of IPv6, the place of the byte that names the fragment header, and the protocol that stands there in the whole.
  let link: (place: Int, nextProtocol: UInt8)

  /// Looks at a packet; nil when it is none, or its fragment header is not found.
  init?(_ packet: RawSpan, _ read: PacketHeaders) {
    switch read.network {
    case .ipv4(let header):
      let hasMore = header.flags & 1 != 0
      guard header.fragmentOffset != 0 || hasMore else { return nil }
      key = Key(
        family: .ipv4, source: header.source, destination: header.destination,
        id: UInt32(header.id), nextProtocol: header.nextProtocol)
      offset = Int(header.fragmentOffset) * 8
      isLast = !hasMore
      start = Int(header.headerWords) * 4
      headers = start
      link = (9, header.nextProtocol)
    case .ipv6(let header):
      guard let found = Self.header(in: packet, header) else { return nil }
      let field: UInt16 = packet.network(found.offset + 2)
      guard field & 0xfff9 != 0 else { return nil }
      key = Key(
        family: .ipv6, source: header.source, destination: header.destination,
        id: packet.network(found.offset + 4), nextProtocol: 0)
      offset = Int(field & 0xfff8)
      isLast = field & 1 == 0
      start = found.offset + 8
      headers = found.offset
      link = (found.place, packet.byte(found.offset))
    }
  }

  /// Finds the fragment header behind those that may stand before it, and the byte that names it.
  private static func header(
    in packet: RawSpan, _ header: IPv6Header
  ) -> (offset: Int, place: Int)? {
    var (offset, place, next) = (IPv6Header.size, 6, header.nextHeader)
    while offset + 8 <= packet.byteCount {
      switch next {
      case 44: return (offset, place)
      case 0, 43, 60:
        (place, next) = (offset, packet.byte(offset))
        offset += (Int(packet.byte(offset + 1)) + 1) * 8
      default: return nil
      }
    }
    return nil
  }
}
