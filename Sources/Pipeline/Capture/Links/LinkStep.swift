// SPDX-License-Identifier: Apache-2.0

/// What stands at a place of a frame: each header leads to the next, until one leads to that of IP.
///
/// Every step leads further into the frame, so that no frame has more of them than bytes.
enum LinkStep: Equatable {
  /// A packet of IP.
  case packet(at: Int)
  /// A payload of a type of Ethernet's, or of at most 1500, when it is a length.
  case payload(type: UInt16, at: Int)
  case ethernet(at: Int)
  /// LLC (IEEE 802.2).
  case llc(at: Int)
  /// PPP from its address or protocol on.
  case ppp(at: Int)
  /// A label of MPLS.
  case mpls(at: Int)

  /// Returns where the packet of IP is to which a step leads; nil when it leads to none, or the frame ends before it.
  func packet(in frame: RawSpan) -> Int? {
    var step = self
    while true {
      let next: LinkStep?
      switch step {
      case .packet(let offset): return offset <= frame.byteCount ? offset : nil
      case .payload(let type, let offset): next = EtherType.step(type, frame, at: offset)
      case .ethernet(let offset):
        guard offset + 14 <= frame.byteCount else { return nil }
        next = .payload(type: frame.network(offset + 12), at: offset + 14)
      case .llc(let offset): next = LLCHeader.step(frame, at: offset)
      case .ppp(let offset): next = PPPHeader.step(frame, at: offset)
      case .mpls(let offset): next = MPLSLabel.step(frame, at: offset)
      }
      guard let next else { return nil }
      step = next
    }
  }
}

/// The types of payloads of Ethernet.
///
/// Source: the IANA registry of IEEE 802 numbers; IEEE 802.1Q, 802.1BR.
enum EtherType {
  static let ipv4: UInt16 = 0x0800
  static let ipv6: UInt16 = 0x86dd

  /// Returns what a payload of a type leads to.
  static func step(_ type: UInt16, _ frame: RawSpan, at offset: Int) -> LinkStep? {
    switch type {
    case ipv4, ipv6: return .packet(at: offset)
    case 0...1500, 0x8870: return .llc(at: offset)
    // Tags: of VLANs, of Cisco's VN-Tag, and the E-Tag.
    case 0x8100, 0x88a8, 0x9100, 0x9200: return tag(of: 2, frame, at: offset)
    case 0x8926: return tag(of: 4, frame, at: offset)
    case 0x893f: return tag(of: 6, frame, at: offset)
    case 0x8847, 0x8848: return .mpls(at: offset)
    case 0x8864: return PPPoEHeader.step(frame, at: offset)
    case 0x880b: return .ppp(at: offset)
    case 0x6558: return .ethernet(at: offset)
    default: return nil
    }
  }

  private static func tag(of size: Int, _ frame: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + size + 2 <= frame.byteCount else { return nil }
    return .payload(type: frame.network(offset + size), at: offset + size + 2)
  }
}

/// The header of IEEE 802.2, alone or with that of SNAP (RFC 1042).
enum LLCHeader {
  /// Returns what it leads to.
  static func step(_ frame: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + 3 <= frame.byteCount, frame.byte(offset + 2) == 3 else { return nil }
    switch frame.network(offset, as: UInt16.self) {
    case 0x0606: return .packet(at: offset + 3)
    case 0xaaaa:
      guard offset + 8 <= frame.byteCount else { return nil }
      return SNAPHeader.step(frame, at: offset + 3)
    default: return nil
    }
  }
}

/// The five bytes of SNAP: whose protocols are counted, and which one it is.
enum SNAPHeader {
  /// Returns what it leads to; it is all there.
  static func step(_ frame: RawSpan, at offset: Int) -> LinkStep? {
    let type: UInt16 = frame.network(offset + 3)
    let end: UInt16 = frame.network(offset + 1)
    switch UInt32(frame.byte(offset)) << 16 | UInt32(end) {
    case 0, 0xf8: return type > 1500 ? .payload(type: type, at: offset + 5) : nil
    // Bridged Ethernet, with its checksum or without (RFC 2427 §4.2).
    case 0x0080c2: return type == 1 || type == 7 ? .ethernet(at: offset + 5) : nil
    default: return nil
    }
  }
}

/// A label of MPLS (RFC 3032 §2.1).
enum MPLSLabel {
  /// Returns what it leads to: another label, or what the first bits after the last label say (RFC 4928 §3).
  ///
  /// Four bits of 0 begin a control word (RFC 4385), behind which stands Ethernet.
  static func step(_ frame: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + 4 < frame.byteCount else { return nil }
    guard frame.byte(offset + 2) & 1 != 0 else { return .mpls(at: offset + 4) }
    return switch frame.byte(offset + 4) >> 4 {
    case 4, 6: .packet(at: offset + 4)
    case 0: .ethernet(at: offset + 8)
    default: nil
    }
  }
}
