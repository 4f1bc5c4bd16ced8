// SPDX-License-Identifier: Apache-2.0

import Policy

/// A header as its standard draws it: parts of so many bits, one behind the other.
///
/// A test forges packets of these, so it knows what they say without any decoder's help.
struct HeaderLayout {
  /// Some bits of a header.
  struct Part {
    /// The field of policies that shows them; nil for what no policy can ask about.
    var field: PacketField?
    var bits: Int
    /// What they are unless a packet says otherwise.
    var usual: UInt64
  }

  let parts: [Part]
  /// The bytes of it.
  var size: Int { parts.reduce(0) { $0 + $1.bits } / 8 }

  private init(_ name: String, _ parts: [(String, Int, UInt64)]) {
    self.parts = parts.map { part, bits, usual in
      Part(field: PacketField(rawValue: "\(name).\(part)"), bits: bits, usual: usual)
    }
  }
}

/// Source: RFC 791, RFC 8200, RFC 9293 (and RFC 3540 for NS), RFC 768, RFC 792, RFC 4443.
extension HeaderLayout {
  static let ipv4 = HeaderLayout(
    "proto_ipv4",
    [
      ("version", 4, 4), ("IHL", 4, 5), ("TOS", 8, 0), ("length", 16, 40), ("id", 16, 1),
      ("flags", 3, 2), ("fragOffset", 13, 0), ("TTL", 8, 64), ("protocol", 8, 0),
      ("checksum", 16, 0),
    ])

  static let ipv6 = HeaderLayout(
    "proto_ipv6",
    [
      ("version", 4, 6), ("trafficClass", 8, 0), ("flowLabel", 20, 0), ("length", 16, 20),
      ("nextHeader", 8, 0), ("hopLimit", 8, 64),
    ])

  static let tcp = HeaderLayout(
    "proto_tcp",
    [
      ("srcPort", 16, 0), ("dstPort", 16, 0), ("seq", 32, 1), ("ack", 32, 2), ("dataOffset", 4, 5),
      ("(reserved)", 3, 0), ("NS", 1, 0), ("CWR", 1, 0), ("ECE", 1, 0), ("URG", 1, 0),
      ("ACK", 1, 1), ("PSH", 1, 0), ("RST", 1, 0), ("SYN", 1, 0), ("FIN", 1, 0),
      ("window", 16, 4096),
      ("checksum", 16, 0), ("urgent", 16, 0),
    ])

  static let udp = HeaderLayout(
    "proto_udp",
    [("srcPort", 16, 0), ("dstPort", 16, 0), ("length", 16, 8), ("checksum", 16, 0)])

  static let icmp = HeaderLayout(
    "proto_icmp", [("typeCode", 16, 0x0800), ("checksum", 16, 0), ("id", 16, 1), ("seq", 16, 1)])

  static let icmpv6 = HeaderLayout("proto_icmpv6", [("typeCode", 16, 0x8000), ("checksum", 16, 0)])

  /// A protocol that has no events: only bytes.
  static let other = HeaderLayout("", [("(bytes)", 64, 0)])

  static let all = [ipv4, ipv6, tcp, udp, icmp, icmpv6]
}

/// Bytes that grow bit by bit, the most significant first.
struct ForgedBytes {
  private(set) var bytes: [UInt8] = []
  private var rest: UInt64 = 0
  private var restBits = 0

  /// Adds the low `bits` of a number, at most 32.
  mutating func add(_ value: UInt64, bits: Int) {
    rest = rest << UInt64(bits) | value & (1 << UInt64(bits) - 1)
    restBits += bits
    while restBits >= 8 {
      restBits -= 8
      bytes.append(UInt8(truncatingIfNeeded: rest >> UInt64(restBits)))
    }
  }

  mutating func add(_ more: [UInt8]) {
    precondition(restBits == 0, "bytes begin where bytes end")
    bytes += more
  }
}
