// SPDX-License-Identifier: Apache-2.0

/// Where a frame's packet is, and what the frame says of it.
struct LinkView: Equatable {
  /// The bytes before the IP header.
  var offset: Int
  /// Whether it left or arrived; nil when the frame does not say.
  var direction: PacketDirection?
  /// The interface's number where it was captured; 0 when the frame does not say.
  var interface: UInt32 = 0

  /// Finds the packet of a frame; nil when it carries none of IP, or is cut off before it.
  init?(_ frame: RawSpan, _ link: LinkType) {
    switch link {
    case .cooked:
      guard frame.byteCount >= 16 else { return nil }
      direction = Self.direction(packetType: frame.network(0))
    case .cooked2:
      guard frame.byteCount >= 20 else { return nil }
      direction = Self.direction(packetType: UInt16(frame.byte(10)))
      interface = frame.network(4)
    case .directed, .pppOfDaemon:
      guard frame.byteCount >= 1 else { return nil }
      direction = frame.byte(0) == 0 ? .ingress : .egress
    case .netfilterLog:
      guard let log = NetfilterLog(frame) else { return nil }
      (offset, direction, interface) = (log.packet, log.direction, log.interface)
      return
    default: break
    }
    guard let offset = Self.step(frame, link)?.packet(in: frame) else { return nil }
    self.offset = offset
  }

  /// Returns what a frame of a link type begins with; nil when it leads to no packet.
  private static func step(_ frame: RawSpan, _ link: LinkType) -> LinkStep? {
    switch link {
    case .raw: return .packet(at: 0)
    case .ethernet: return .ethernet(at: 0)
    case .null:
      guard frame.byteCount >= 4 else { return nil }
      let family: UInt32 = frame.host(0)
      return step(family: family < 1 << 16 ? family : family.byteSwapped)
    case .loop:
      guard frame.byteCount >= 4 else { return nil }
      return step(family: frame.network(0))
    case .cooked: return cooked(frame, hardware: 2, type: 14, end: 16)
    case .cooked2: return cooked(frame, hardware: 8, type: 0, end: 20)
    case .ppp: return .ppp(at: 0)
    case .pppOrHDLC: return HDLCHeader.begins(frame) ? HDLCHeader.step(frame, at: 0) : .ppp(at: 0)
    case .pppoe: return PPPoEHeader.step(frame, at: 0)
    case .pppOfDaemon:
      guard frame.byteCount >= 2, frame.byte(1) == 3 else { return nil }
      return .ppp(at: 2)
    case .hdlc: return HDLCHeader.step(frame, at: 0)
    case .frameRelay: return FrameRelayHeader.step(frame, at: 0)
    case .directed(.ppp): return .ppp(at: 1)
    case .directed(.hdlc): return HDLCHeader.step(frame, at: 1)
    case .directed(.frameRelay): return FrameRelayHeader.step(frame, at: 1)
    case .fddi: return .llc(at: 13)
    case .llc: return .llc(at: 0)
    case .wireless: return WirelessHeader.step(frame, at: 0)
    case .radiotap: return RadiotapHeader.step(frame, at: 0)
    case .perPacket: return perPacket(frame)
    case .infiniband:
      // The address that it was sent to, of 40 bytes, then the type and two bytes of nothing (RFC 4391 §6).
      guard frame.byteCount >= 44 else { return nil }
      return .payload(type: frame.network(40), at: 44)
    case .directed, .netfilterLog, .unread: return nil
    }
  }

  /// - Parameter family: `AF_INET`, or `AF_INET6` of any system.
  private static func step(family: UInt32) -> LinkStep? {
    [2, 10, 24, 28, 30].contains(family) ? .packet(at: 4) : nil
  }

  /// Returns what follows the header of a cooked capture.
  ///
  /// Source: `ARPHRD_IEEE80211` and so on of `linux/if_arp.h`, `ETH_P_802_2` of `linux/if_ether.h`.
  private static func cooked(_ frame: RawSpan, hardware: Int, type: Int, end: Int) -> LinkStep? {
    let number: UInt16 = frame.network(type)
    switch frame.network(hardware, as: UInt16.self) {
    case 801 where number <= 1500: return WirelessHeader.step(frame, at: end)
    case 803 where number <= 1500: return RadiotapHeader.step(frame, at: end)
    default: break
    }
    if number == 4 { return .llc(at: end) }
    return number > 1500 ? .payload(type: number, at: end) : nil
  }

  /// Returns what follows a header of PPI, which has its length and the link type of what follows.
  private static func perPacket(_ frame: RawSpan) -> LinkStep? {
    guard frame.byteCount >= 8, frame.byte(0) == 0 else { return nil }
    let length = Int(frame.littleEndian(2, as: UInt16.self))
    guard length >= 8, length <= frame.byteCount else { return nil }
    return switch LinkType(number: frame.littleEndian(4)) {
    case .ethernet: .ethernet(at: length)
    case .raw: .packet(at: length)
    case .ppp: .ppp(at: length)
    case .wireless: WirelessHeader.step(frame, at: length)
    case .radiotap: RadiotapHeader.step(frame, at: length)
    default: nil
    }
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
  /// Returns how long a packet is, as its own header says, when that is shorter than what a frame has room for: short frames
  /// are padded.
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

  /// Returns whether a packet of IPv4 says that it is shorter than its header; a length of 0 is one that the card was to fill
  /// in.
  static func contradictsItself(_ packet: RawSpan) -> Bool {
    guard packet.byteCount >= 20, packet.byte(0) >> 4 == 4 else { return false }
    let length = Int(packet.network(2, as: UInt16.self))
    return length > 0 && length < Int(packet.byte(0) & 15) * 4
  }
}
