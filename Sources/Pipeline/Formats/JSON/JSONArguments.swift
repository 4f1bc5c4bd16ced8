// SPDX-License-Identifier: Apache-2.0

import Policy

/// The members of `args`. Source: `docs/events.md`.
extension LineBuffer {
  /// Writes `src` and `dst`, with a comma after each.
  mutating func append(addressesOf headers: PacketHeaders) {
    let family = headers.shape.family
    append("{\"name\":\"src\",\"type\":\"const char*\",\"value\":\"")
    append(headers.source, in: family)
    append("\"},{\"name\":\"dst\",\"type\":\"const char*\",\"value\":\"")
    append(headers.destination, in: family)
    append("\"},")
  }

  /// Writes `src_port` and `dst_port`, with a comma after each; nothing for a packet without ports.
  mutating func append(portsOf headers: PacketHeaders) {
    guard let ports = headers.ports else { return }
    append("{\"name\":\"src_port\",\"type\":\"u16\",\"value\":")
    append(decimal: ports.source)
    append("},{\"name\":\"dst_port\",\"type\":\"u16\",\"value\":")
    append(decimal: ports.destination)
    append("},")
  }

  /// Writes the end of the arg before, and `metadata`.
  ///
  /// - Parameter isChecked: whether the event shows the checksum of a transport.
  mutating func append(directionOf record: borrowing RecordReader, isChecked: Bool = false) {
    append("},{\"name\":\"metadata\",\"type\":\"trace.PacketMetadata\",\"value\":{\"direction\":")
    append(record.direction == .egress ? "\"egress\"" : "\"ingress\"")
    if isChecked, record.isChecksumPartial { append(",\"checksumPartial\":true") }
    append("}}")
  }

  /// Writes the `metadata` of an event that shows what the packet says, with a comma after it.
  mutating func append(summaryOf record: borrowing RecordReader, _ headers: PacketHeaders) {
    let family = headers.shape.family
    append("{\"name\":\"metadata\",\"type\":\"trace.PktMeta\",\"value\":{\"src_ip\":\"")
    append(headers.source, in: family)
    append("\",\"dst_ip\":\"")
    append(headers.destination, in: family)
    append("\",\"src_port\":")
    append(decimal: headers.ports?.source ?? 0)
    append(",\"dst_port\":")
    append(decimal: headers.ports?.destination ?? 0)
    append(",\"protocol\":")
    append(headers.shape.transport == .tcp ? "6" : "17")
    append(",\"packet_len\":")
    append(decimal: record.length)
    append(",\"iface\":")
    if record.interfaceName.isEmpty {
      append("\"any\"")
    } else {
      append(jsonText: record.interfaceName)
    }
    append("}},")
  }

  /// Writes the arg that shows one of the headers, without its closing brace.
  mutating func append(_ headers: PacketHeaders, transport isTransport: Bool) {
    if isTransport {
      append(headers.transport)
    } else {
      append(headers.network)
    }
  }

  private mutating func append(_ network: PacketHeaders.Network) {
    switch network {
    case .ipv4(let header): append(header)
    case .ipv6(let header): append(header)
    }
  }

  private mutating func append(_ transport: PacketHeaders.Transport) {
    switch transport {
    case .none: break
    case .tcp(let header): append(header)
    case .udp(let header): append(header)
    case .icmp(let header): append(header)
    case .icmpv6(let header): append(header)
    }
  }

  private mutating func append(_ header: IPv4Header) {
    append("{\"name\":\"proto_ipv4\",\"type\":\"trace.ProtoIPv4\",\"value\":{\"version\":4,")
    append("\"IHL\":")
    append(decimal: header.headerWords)
    append(",\"TOS\":")
    append(decimal: header.typeOfService)
    append(",\"length\":")
    append(decimal: header.length)
    append(",\"id\":")
    append(decimal: header.id)
    append(",\"flags\":")
    append(decimal: header.flags)
    append(",\"fragOffset\":")
    append(decimal: header.fragmentOffset)
    append(",\"TTL\":")
    append(decimal: header.timeToLive)
    append(",\"protocol\":\"")
    NameTable.ipProtocol.append(UInt16(header.nextProtocol), to: &self)
    append("\",\"checksum\":")
    append(decimal: header.checksum)
    append(",\"srcIP\":\"")
    append(header.source, in: .ipv4)
    append("\",\"dstIP\":\"")
    append(header.destination, in: .ipv4)
    append("\"}")
  }

  private mutating func append(_ header: IPv6Header) {
    append("{\"name\":\"proto_ipv6\",\"type\":\"trace.ProtoIPv6\",\"value\":{\"version\":6,")
    append("\"trafficClass\":")
    append(decimal: header.trafficClass)
    append(",\"flowLabel\":")
    append(decimal: header.flowLabel)
    append(",\"length\":")
    append(decimal: header.length)
    append(",\"nextHeader\":\"")
    NameTable.ipProtocol.append(UInt16(header.nextHeader), to: &self)
    append("\",\"hopLimit\":")
    append(decimal: header.hopLimit)
    append(",\"srcIP\":\"")
    append(header.source, in: .ipv6)
    append("\",\"dstIP\":\"")
    append(header.destination, in: .ipv6)
    append("\"}")
  }

  private mutating func append(_ header: TCPHeader) {
    append("{\"name\":\"proto_tcp\",\"type\":\"trace.ProtoTCP\",\"value\":{\"srcPort\":")
    append(decimal: header.sourcePort)
    append(",\"dstPort\":")
    append(decimal: header.destinationPort)
    append(",\"seq\":")
    append(decimal: header.sequence)
    append(",\"ack\":")
    append(decimal: header.acknowledgement)
    append(",\"dataOffset\":")
    append(decimal: header.dataOffset)
    append(",\"FIN\":", bit: header.flags.contains(.fin))
    append(",\"SYN\":", bit: header.flags.contains(.syn))
    append(",\"RST\":", bit: header.flags.contains(.rst))
    append(",\"PSH\":", bit: header.flags.contains(.psh))
    append(",\"ACK\":", bit: header.flags.contains(.ack))
    append(",\"URG\":", bit: header.flags.contains(.urg))
    append(",\"ECE\":", bit: header.flags.contains(.ece))
    append(",\"CWR\":", bit: header.flags.contains(.cwr))
    append(",\"NS\":", bit: header.flags.contains(.ns))
    append(",\"window\":")
    append(decimal: header.window)
    append(",\"checksum\":")
    append(decimal: header.checksum)
    append(",\"urgent\":")
    append(decimal: header.urgent)
    append(UInt8(ascii: "}"))
  }

  private mutating func append(_ header: UDPHeader) {
    append("{\"name\":\"proto_udp\",\"type\":\"trace.ProtoUDP\",\"value\":{\"srcPort\":")
    append(decimal: header.sourcePort)
    append(",\"dstPort\":")
    append(decimal: header.destinationPort)
    append(",\"length\":")
    append(decimal: header.length)
    append(",\"checksum\":")
    append(decimal: header.checksum)
    append(UInt8(ascii: "}"))
  }

  private mutating func append(_ header: ICMPHeader) {
    append("{\"name\":\"proto_icmp\",\"type\":\"trace.ProtoICMP\",\"value\":{\"typeCode\":\"")
    NameTable.icmp.append(type: header.type, code: header.code, to: &self)
    append("\",\"checksum\":")
    append(decimal: header.checksum)
    append(",\"id\":")
    append(decimal: header.id)
    append(",\"seq\":")
    append(decimal: header.sequence)
    append(UInt8(ascii: "}"))
  }

  private mutating func append(_ header: ICMPv6Header) {
    append("{\"name\":\"proto_icmpv6\",\"type\":\"trace.ProtoICMPv6\",\"value\":{\"typeCode\":\"")
    NameTable.icmpv6.append(type: header.type, code: header.code, to: &self)
    append("\",\"checksum\":")
    append(decimal: header.checksum)
    append(UInt8(ascii: "}"))
  }
}
