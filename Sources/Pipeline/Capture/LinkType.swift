// SPDX-License-Identifier: Apache-2.0

/// What stands before the IP header in the frames of a capture.
///
/// Source: the registry of link-layer header types of tcpdump.org.
enum LinkType: Equatable {
  case ethernet
  /// Nothing.
  case raw
  /// Four bytes with the address family, in the byte order of the machine that captured.
  case null
  /// Four bytes with the address family, in network byte order.
  case loop
  /// Linux cooked capture, version 1.
  case cooked
  /// Linux cooked capture, version 2.
  case cooked2

  /// Takes the number in a capture; nil for one that cannot carry IP, or is not known.
  init?(number: UInt32) {
    switch number {
    case 0: self = .null
    case 1: self = .ethernet
    // 12 and 14 are what systems call 101 among themselves.
    case 12, 14, 101, 228, 229: self = .raw
    case 108: self = .loop
    case 113: self = .cooked
    case 276: self = .cooked2
    default: return nil
    }
  }
}

/// Where a frame's packet is, and what the frame says of it.
struct LinkView: Equatable {
  /// The bytes before the IP header.
  var offset: Int
  /// Whether it left or arrived; nil when the frame does not say.
  var direction: PacketDirection?
  /// The interface's number where it was captured; 0 when the frame does not say.
  var interface: UInt32 = 0

  private static let ipv4: UInt16 = 0x0800
  private static let ipv6: UInt16 = 0x86dd
  /// The most VLAN tags that are passed over.
  private static let tagLimit = 8

  /// Finds the packet of a frame; nil when it carries none of IP, or is cut off before it.
  init?(_ frame: RawSpan, _ link: LinkType) {
    switch link {
    case .raw: self.init(offset: 0)
    case .ethernet: self.init(frame, type: 12)
    case .null:
      guard frame.byteCount >= 4 else { return nil }
      let family: UInt32 = frame.host(0)
      self.init(family: family < 1 << 16 ? family : family.byteSwapped)
    case .loop:
      guard frame.byteCount >= 4 else { return nil }
      self.init(family: frame.network(0))
    case .cooked:
      guard frame.byteCount >= 16 else { return nil }
      self.init(frame, type: 14)
      direction = Self.direction(packetType: frame.network(0))
    case .cooked2:
      guard frame.byteCount >= 20 else { return nil }
      self.init(frame, type: 0, end: 20)
      direction = Self.direction(packetType: UInt16(frame.byte(10)))
      interface = frame.network(4)
    }
  }

  private init(offset: Int) { self.offset = offset }

  /// - Parameter family: `AF_INET`, or `AF_INET6` of any system.
  private init?(family: UInt32) {
    guard [2, 10, 24, 28, 30].contains(family) else { return nil }
    self.init(offset: 4)
  }

  /// Follows the type of the payload at an offset, behind which VLAN tags may stand.
  ///
  /// - Parameter end: where the payload begins; nil: after the type.
  private init?(_ frame: RawSpan, type: Int, end: Int? = nil) {
    var place = type
    var end = end ?? type + 2
    for _ in 0...Self.tagLimit {
      guard end <= frame.byteCount, place + 2 <= frame.byteCount else { return nil }
      switch frame.network(place, as: UInt16.self) {
      case Self.ipv4, Self.ipv6:
        self.init(offset: end)
        return
      case 0x8100, 0x88a8, 0x9100: (place, end) = (end + 2, end + 4)
      default: return nil
      }
    }
    return nil
  }

  /// Source: `PACKET_HOST` and so on of `linux/if_packet.h`; all but `PACKET_OUTGOING` arrive.
  private static func direction(packetType: UInt16) -> PacketDirection? {
    switch packetType {
    case 0...3: .ingress
    case 4: .egress
    default: nil
    }
  }
}

extension LinkView {
  /// How long a packet is, as its own header says, when that is shorter than what a frame has room for: short frames are
  /// padded.
  ///
  /// - Parameter room: the bytes from the IP header to the end of the frame.
  static func length(of packet: RawSpan, room: Int) -> Int {
    guard packet.byteCount >= 20 else { return room }
    switch packet.byte(0) >> 4 {
    case 4:
      let length = Int(packet.network(2, as: UInt16.self))
      return length >= Int(packet.byte(0) & 15) * 4 ? min(room, length) : room
    case 6:
      // 0: longer than the field can say.
      let length = Int(packet.network(4, as: UInt16.self))
      return length > 0 ? min(room, 40 + length) : room
    default: return room
    }
  }
}
