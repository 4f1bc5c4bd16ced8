import Policy

/// The members of `args`. Source: `docs/events.md`.
extension LineBuffer {
  /// Writes the args of an event, without brackets around them.
  mutating func appendArguments(
    of kind: EventKind, _ headers: PacketHeaders, _ direction: PacketDirection
  ) {
    let family = headers.shape.family
    append("{\"name\":\"src\",\"type\":\"const char*\",\"value\":\"")
    append(headers.source, in: family)
    append("\"},{\"name\":\"dst\",\"type\":\"const char*\",\"value\":\"")
    append(headers.destination, in: family)
    append("\"},")
    let isTransport = kind == headers.shape.transportEvent
    if isTransport, let ports = headers.ports {
      append("{\"name\":\"src_port\",\"type\":\"u16\",\"value\":")
      append(decimal: ports.source)
      append("},{\"name\":\"dst_port\",\"type\":\"u16\",\"value\":")
      append(decimal: ports.destination)
      append("},")
    }
    if isTransport {
      append(headers.transport)
    } else {
      append(headers.network, family)
    }
    append("},{\"name\":\"metadata\",\"type\":\"trace.PacketMetadata\",\"value\":{\"direction\":")
    append(direction == .egress ? "\"egress\"}}" : "\"ingress\"}}")
  }

  private mutating func append(_ network: PacketHeaders.Network, _ family: PacketShape.Family) {
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
    append(",\"FIN\":")
    append(bit: header.flags.contains(.fin))
    append(",\"SYN\":")
    append(bit: header.flags.contains(.syn))
    append(",\"RST\":")
    append(bit: header.flags.contains(.rst))
    append(",\"PSH\":")
    append(bit: header.flags.contains(.psh))
    append(",\"ACK\":")
    append(bit: header.flags.contains(.ack))
    append(",\"URG\":")
    append(bit: header.flags.contains(.urg))
    append(",\"ECE\":")
    append(bit: header.flags.contains(.ece))
    append(",\"CWR\":")
    append(bit: header.flags.contains(.cwr))
    append(",\"NS\":")
    append(bit: header.flags.contains(.ns))
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
