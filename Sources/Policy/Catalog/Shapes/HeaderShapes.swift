// SPDX-License-Identifier: Apache-2.0

/// The shapes of the headers of IP and of the protocols that it carries.
///
/// Source: `docs/events.md`; RFC 791, RFC 8200, RFC 9293, RFC 768, RFC 792, RFC 4443.
extension Shape {
  static let ipv4 = structure([
    "version": .bits(8), "IHL": .bits(8), "TOS": .bits(8), "length": .bits(16), "id": .bits(16),
    "flags": .bits(8), "fragOffset": .bits(16), "TTL": .bits(8), "protocol": .name(.ipProtocol),
    "checksum": .bits(16), "srcIP": .address, "dstIP": .address,
  ])

  static let ipv6 = structure([
    "version": .bits(8), "trafficClass": .bits(8), "flowLabel": .bits(32), "length": .bits(16),
    "nextHeader": .name(.ipProtocol), "hopLimit": .bits(8), "srcIP": .address, "dstIP": .address,
  ])

  static let tcp = structure([
    "srcPort": .port, "dstPort": .port, "seq": .bits(32), "ack": .bits(32), "dataOffset": .bits(8),
    "FIN": .flag, "SYN": .flag, "RST": .flag, "PSH": .flag, "ACK": .flag, "URG": .flag,
    "ECE": .flag, "CWR": .flag, "NS": .flag, "window": .bits(16), "checksum": .bits(16),
    "urgent": .bits(16),
  ])

  static let udp = structure([
    "srcPort": .port, "dstPort": .port, "length": .bits(16), "checksum": .bits(16),
  ])

  static let icmp = structure([
    "typeCode": .name(.icmp), "checksum": .bits(16), "id": .bits(16), "seq": .bits(16),
  ])

  static let icmpv6 = structure(["typeCode": .name(.icmpv6), "checksum": .bits(16)])

  /// The shape of what is known about a packet besides its headers.
  static let metadata = structure(["direction": .name(.direction)])

  /// The shape of metadata for events with a header whose checksum may not be computed yet.
  static let checkedMetadata = structure([
    "direction": .name(.direction), "checksumPartial": .mark,
  ])

  /// The shape of the packet summary in events without headers.
  static let packet = structure([
    "src_ip": .address, "dst_ip": .address, "src_port": .port, "dst_port": .port,
    "protocol": .bits(8), "packet_len": .bits(32), "iface": .text,
  ])
}
