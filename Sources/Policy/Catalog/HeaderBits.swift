// SPDX-License-Identifier: Apache-2.0

/// The bits of a header that form a field, counted as in the RFCs: the first bit of the header is bit 0.
public struct HeaderBits: Equatable, Hashable, Sendable {
  /// A protocol header, of which the fixed part before options is described.
  public enum Header: Sendable {
    case ipv4, ipv6, tcp, udp, icmp, icmpv6

    /// Whether the header follows the IP headers.
    public var isTransport: Bool { self != .ipv4 && self != .ipv6 }
  }

  /// The header that contains the bits.
  public var header: Header
  /// The bits, 1 to 32 of them, within four bytes.
  public var bits: Range<Int>

  /// The bytes of the header that contain the bits, 1 to 4 of them.
  public var bytes: ClosedRange<Int> { bits.lowerBound / 8...(bits.upperBound - 1) / 8 }

  /// All bits of the bytes that contain these bits.
  public var wholeBytes: HeaderBits {
    HeaderBits(header: header, bits: bytes.lowerBound * 8..<(bytes.upperBound + 1) * 8)
  }

  /// Returns the field as a number.
  ///
  /// - Parameter word: the number that the ``bytes`` form in network byte order.
  public func number(in word: UInt32) -> UInt64 {
    let after = (bytes.upperBound + 1) * 8 - bits.upperBound
    return UInt64(word) >> UInt64(after) & ((1 << UInt64(bits.count)) - 1)
  }
}

extension PacketField {
  /// The bits of a header that hold the field as a number; nil for other fields.
  public var headerBits: HeaderBits? { Self.headerLayout[self] }

  /// The field of every packet that has the same value as this one, such as `data.src` for `proto_ipv4.srcIP`; nil if
  /// there is none.
  public var commonField: PacketField? { Self.commonFields[self] }

  /// Source: RFC 791 §3.1, RFC 8200 §3, RFC 9293 §3.1, RFC 768, RFC 792, RFC 4443 §2.1.
  private static let headerLayout: [PacketField: HeaderBits] = {
    let layout: [(HeaderBits.Header, String, KeyValuePairs<String, Range<Int>>)] = [
      (
        .ipv4, "proto_ipv4",
        [
          "version": 0..<4, "IHL": 4..<8, "TOS": 8..<16, "length": 16..<32, "id": 32..<48,
          "flags": 48..<51, "fragOffset": 51..<64, "TTL": 64..<72, "protocol": 72..<80,
          "checksum": 80..<96,
        ]
      ),
      (
        .ipv6, "proto_ipv6",
        [
          "version": 0..<4, "trafficClass": 4..<12, "flowLabel": 12..<32, "length": 32..<48,
          "nextHeader": 48..<56, "hopLimit": 56..<64,
        ]
      ),
      (
        .tcp, "proto_tcp",
        [
          "srcPort": 0..<16, "dstPort": 16..<32, "seq": 32..<64, "ack": 64..<96,
          "dataOffset": 96..<100, "NS": 103..<104,
          "CWR": 104..<105, "ECE": 105..<106, "URG": 106..<107, "ACK": 107..<108,
          "PSH": 108..<109, "RST": 109..<110, "SYN": 110..<111, "FIN": 111..<112,
          "window": 112..<128, "checksum": 128..<144, "urgent": 144..<160,
        ]
      ),
      (
        .udp, "proto_udp",
        ["srcPort": 0..<16, "dstPort": 16..<32, "length": 32..<48, "checksum": 48..<64]
      ),
      (
        .icmp, "proto_icmp",
        ["typeCode": 0..<16, "checksum": 16..<32, "id": 32..<48, "seq": 48..<64]
      ),
      (.icmpv6, "proto_icmpv6", ["typeCode": 0..<16, "checksum": 16..<32]),
    ]
    var fields: [PacketField: HeaderBits] = [:]
    for (header, name, members) in layout {
      for (member, bits) in members {
        fields[known("\(name).\(member)")] = HeaderBits(header: header, bits: bits)
      }
    }
    return fields
  }()

  private static let commonFields: [PacketField: PacketField] = {
    var fields: [PacketField: PacketField] = [:]
    for header in ["proto_ipv4", "proto_ipv6"] {
      fields[known(header + ".srcIP")] = .source
      fields[known(header + ".dstIP")] = .destination
    }
    for header in ["proto_tcp", "proto_udp"] {
      fields[known(header + ".srcPort")] = .sourcePort
      fields[known(header + ".dstPort")] = .destinationPort
    }
    for (name, field) in [
      ("src_ip", source), ("dst_ip", destination), ("src_port", sourcePort),
      ("dst_port", destinationPort),
    ] {
      fields[known("metadata." + name)] = field
    }
    return fields
  }()

  private static func known(_ path: String) -> PacketField {
    guard let field = PacketField(rawValue: path) else {
      preconditionFailure("the catalog has no field \(path)")
    }
    return field
  }
}
