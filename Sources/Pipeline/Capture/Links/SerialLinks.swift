// SPDX-License-Identifier: Apache-2.0

/// The header of PPP: its protocol, and before it perhaps the address and control bytes of HDLC (RFC 1661 §2, RFC 1662 §3.1).
enum PPPHeader {
  /// Returns what it leads to.
  static func step(_ frame: RawSpan, at offset: Int) -> LinkStep? {
    var offset = offset
    if offset + 2 <= frame.byteCount, frame.network(offset, as: UInt16.self) == 0xff03 {
      offset += 2
    }
    guard offset + 2 <= frame.byteCount else { return nil }
    // A protocol whose first byte is odd has no second one.
    let isShort = frame.byte(offset) & 1 != 0
    let number = isShort ? UInt16(frame.byte(offset)) : frame.network(offset)
    let end = offset + (isShort ? 1 : 2)
    return switch number {
    case 0x21, 0x57: .packet(at: end)
    case 0x281, 0x283: .mpls(at: end)
    default: nil
    }
  }
}

/// The header of a session of PPPoE (RFC 2516 §4).
enum PPPoEHeader {
  /// Returns what it leads to.
  static func step(_ frame: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + 6 <= frame.byteCount, frame.network(offset, as: UInt16.self) == 0x1100 else {
      return nil
    }
    return .ppp(at: offset + 6)
  }
}

/// The header of Cisco's HDLC: an address, a 0, and a type.
enum HDLCHeader {
  /// Returns whether one begins here and not one of PPP.
  static func begins(_ frame: RawSpan) -> Bool {
    frame.byteCount > 0 && (frame.byte(0) == 0x0f || frame.byte(0) == 0x8f)
  }

  /// Returns what it leads to.
  static func step(_ frame: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + 4 <= frame.byteCount else { return nil }
    let type: UInt16 = frame.network(offset + 2)
    return type > 1500 ? .payload(type: type, at: offset + 4) : nil
  }
}

/// The header of Frame Relay: an address whose last byte is odd, and what follows as RFC 2427 or Cisco has it.
enum FrameRelayHeader {
  private static let longestAddress = 4

  /// Returns what it leads to.
  static func step(_ frame: RawSpan, at offset: Int) -> LinkStep? {
    var place = offset
    while place < frame.byteCount, frame.byte(place) & 1 == 0 { place += 1 }
    place += 1
    guard (2...longestAddress).contains(place - offset), place + 2 <= frame.byteCount else {
      return nil
    }
    guard frame.byte(place) == 3 else {
      let type: UInt16 = frame.network(place)
      return type > 1500 ? .payload(type: type, at: place + 2) : nil
    }
    place += 1
    if frame.byte(place) == 0 { place += 1 }
    guard place < frame.byteCount else { return nil }
    switch frame.byte(place) {
    case 0xcc, 0x8e: return .packet(at: place + 1)
    case 0xcf: return .ppp(at: place + 1)
    case 0x80:
      guard place + 6 <= frame.byteCount else { return nil }
      return SNAPHeader.step(frame, at: place + 1)
    default: return nil
    }
  }
}
