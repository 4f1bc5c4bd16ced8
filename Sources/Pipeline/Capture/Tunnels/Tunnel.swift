// SPDX-License-Identifier: Apache-2.0

/// What a packet carries that is a packet too.
enum Tunnel {
  /// The most packets that are looked for in one, each in the one before.
  static let depthLimit = 8

  /// Returns where the packet of IP is that a packet carries; nil when it carries none that is known.
  ///
  /// Sources: RFC 2003 (IP in IPv4), RFC 4213 (IPv6 in IPv4), RFC 2473 (in IPv6), RFC 4023 (MPLS in IP), and those of the
  /// headers.
  static func packet(in packet: RawSpan, _ headers: PacketHeaders) -> Int? {
    if case .udp(let header) = headers.transport {
      let offset = headers.transportOffset + 8
      return step(packet, header, at: offset)?.packet(in: packet)
    }
    guard headers.transport == .none, let payload = headers.payloadOfIP(in: packet) else {
      return nil
    }
    let first: LinkStep?
    switch payload.nextProtocol {
    case 4, 41: first = .packet(at: payload.offset)
    case 47: first = GREHeader.step(packet, at: payload.offset)
    case 137: first = .mpls(at: payload.offset)
    default: first = nil
    }
    return first?.packet(in: packet)
  }

  /// Returns what a datagram begins with, by its port.
  private static func step(_ packet: RawSpan, _ header: UDPHeader, at offset: Int) -> LinkStep? {
    switch header.destinationPort {
    // 8472 is what Linux took before there was 4789.
    case 4789, 8472: return VXLANHeader.step(packet, at: offset)
    case 6081: return GeneveHeader.step(packet, at: offset)
    default:
      guard header.sourcePort == 3544 || header.destinationPort == 3544 else { return nil }
      return TeredoHeader.step(packet, at: offset)
    }
  }
}

extension PacketHeaders {
  /// Returns the protocol after the headers of IP and where it begins; nil when that is not in the packet, as in a fragment.
  func payloadOfIP(in packet: RawSpan) -> (nextProtocol: UInt8, offset: Int)? {
    switch network {
    case .ipv4(let header):
      header.fragmentOffset == 0 && header.flags & 1 == 0
        ? (header.nextProtocol, Int(header.headerWords) * 4) : nil
    case .ipv6(let header): try? header.payload(in: packet)
    }
  }
}

/// The header of GRE (RFC 2784, RFC 2890), and that of PPTP's (RFC 2637 §4.1).
enum GREHeader {
  private static let hasChecksum: UInt16 = 0x8000
  private static let hasRouting: UInt16 = 0x4000
  private static let hasKey: UInt16 = 0x2000
  private static let hasSequence: UInt16 = 0x1000
  private static let hasAcknowledgement: UInt16 = 0x0080

  /// Returns what it leads to.
  static func step(_ packet: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + 4 <= packet.byteCount else { return nil }
    let flags: UInt16 = packet.network(offset)
    let type: UInt16 = packet.network(offset + 2)
    let fields = (flags & (hasChecksum | hasKey | hasSequence)).nonzeroBitCount
    let end = offset + 4 + 4 * fields
    switch flags & 7 {
    case 0 where flags & hasRouting == 0:
      switch type {
      // ERSPAN: a copy of a frame, behind a header of its own if the frames are counted.
      case 0x88be: return .ethernet(at: end + (flags & hasSequence != 0 ? 8 : 0))
      case 0x22eb: return erspan(packet, at: end)
      default: return type > 1500 ? .payload(type: type, at: end) : nil
      }
    case 1 where type == 0x880b:
      return .ppp(at: end + (flags & hasAcknowledgement != 0 ? 4 : 0))
    default: return nil
    }
  }

  /// A header of ERSPAN's type III has twelve bytes, and eight more when its last bit says so.
  private static func erspan(_ packet: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + 12 <= packet.byteCount else { return nil }
    return .ethernet(at: offset + (packet.byte(offset + 11) & 1 != 0 ? 20 : 12))
  }
}

/// The header of VXLAN (RFC 7348 §5).
enum VXLANHeader {
  /// Returns what it leads to.
  static func step(_ packet: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + 8 <= packet.byteCount, packet.byte(offset) & 8 != 0 else { return nil }
    return .ethernet(at: offset + 8)
  }
}

/// The header of Geneve (RFC 8926 §3.4).
enum GeneveHeader {
  /// Returns what it leads to.
  static func step(_ packet: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + 8 <= packet.byteCount, packet.byte(offset) >> 6 == 0 else { return nil }
    let options = Int(packet.byte(offset) & 0x3f) * 4
    let type: UInt16 = packet.network(offset + 2)
    return type > 1500 ? .payload(type: type, at: offset + 8 + options) : nil
  }
}

/// What Teredo puts before a packet of IPv6: whose it is, and where it came from, each perhaps (RFC 4380 §5.1.1).
enum TeredoHeader {
  /// Returns what it leads to.
  static func step(_ packet: RawSpan, at offset: Int) -> LinkStep? {
    var offset = offset
    if starts(1, packet, at: offset) {
      guard offset + 4 <= packet.byteCount else { return nil }
      offset += 13 + Int(packet.byte(offset + 2)) + Int(packet.byte(offset + 3))
    }
    if starts(0, packet, at: offset) { offset += 8 }
    guard offset < packet.byteCount, packet.byte(offset) >> 4 == 6 else { return nil }
    return .packet(at: offset)
  }

  private static func starts(_ number: UInt16, _ packet: RawSpan, at offset: Int) -> Bool {
    offset + 2 <= packet.byteCount && packet.network(offset, as: UInt16.self) == number
  }
}
