// SPDX-License-Identifier: Apache-2.0

extension EventShape {
  /// The number of each event, and the name, type and shape of its arguments.
  ///
  /// Source: `docs/events.md`.
  static let events: [String: (String, [(String, String, Kind)])] = [
    "net_packet_ipv4": ("2000", addresses + [protocols.ipv4, metadata]),
    "net_packet_ipv6": ("2001", addresses + [protocols.ipv6, metadata]),
    "net_packet_tcp": ("2002", addresses + ports + [protocols.tcp, checkedMetadata]),
    "net_packet_udp": ("2003", addresses + ports + [protocols.udp, checkedMetadata]),
    "net_packet_icmp": ("2004", addresses + [protocols.icmp, checkedMetadata]),
    "net_packet_icmpv6": ("2005", addresses + [protocols.icmpv6, checkedMetadata]),
    "net_packet_dns": ("2006", addresses + ports + [messages.dns, metadata]),
    "net_packet_dns_request": ("2007", [packet, messages.dnsQuestions]),
    "net_packet_dns_response": ("2008", [packet, messages.dnsResponse]),
    "net_packet_http": ("2009", addresses + ports + [messages.http, metadata]),
    "net_packet_http_request": ("2010", [packet, messages.httpRequest]),
    "net_packet_http_response": ("2011", [packet, messages.httpResponse]),
  ]

  typealias Argument = (String, String, Kind)

  private static let packet: Argument = (
    "metadata", "trace.PktMeta",
    .object(
      strings("src_ip dst_ip") + numbers("src_port dst_port protocol packet_len")
        + strings("iface"))
  )

  private static let addresses: [Argument] = [
    ("src", "const char*", .string), ("dst", "const char*", .string),
  ]

  private static let ports: [Argument] = [
    ("src_port", "u16", .number), ("dst_port", "u16", .number),
  ]

  private static let metadata: Argument = (
    "metadata", "trace.PacketMetadata", .object([("direction", .string)])
  )

  private static let checkedMetadata: Argument = (
    "metadata", "trace.PacketMetadata",
    .partial([("direction", .string), ("checksumPartial", .boolean)])
  )

  private enum protocols {
    static let ipv4: Argument = (
      "proto_ipv4", "trace.ProtoIPv4",
      .object(
        numbers("version IHL TOS length id flags fragOffset TTL")
          + [("protocol", .string)] + numbers("checksum")
          + [("srcIP", .string), ("dstIP", .string)])
    )
    static let ipv6: Argument = (
      "proto_ipv6", "trace.ProtoIPv6",
      .object(
        numbers("version trafficClass flowLabel length")
          + [("nextHeader", .string)] + numbers("hopLimit")
          + [("srcIP", .string), ("dstIP", .string)])
    )
    static let tcp: Argument = (
      "proto_tcp", "trace.ProtoTCP",
      .object(
        numbers(
          """
          srcPort dstPort seq ack dataOffset FIN SYN RST PSH ACK URG ECE CWR NS window checksum \
          urgent
          """))
    )
    static let udp: Argument = (
      "proto_udp", "trace.ProtoUDP", .object(numbers("srcPort dstPort length checksum"))
    )
    static let icmp: Argument = (
      "proto_icmp", "trace.ProtoICMP",
      .object([("typeCode", .string)] + numbers("checksum id seq"))
    )
    static let icmpv6: Argument = (
      "proto_icmpv6", "trace.ProtoICMPv6", .object([("typeCode", .string)] + numbers("checksum"))
    )
  }
}
