import Policy

/// What a policy can ask about each header: slow, for what the kernel does not decide.
extension PacketHeaders {
  /// The fields of the headers, by the catalog's names.
  var headerFields: [PacketField: [FieldValue]] {
    var fields = HeaderFields()
    switch network {
    case .ipv4(let header): fields.add(header)
    case .ipv6(let header): fields.add(header)
    }
    switch transport {
    case .none: break
    case .tcp(let header): fields.add(header)
    case .udp(let header): fields.add(header)
    case .icmp(let header): fields.add(header)
    case .icmpv6(let header): fields.add(header)
    }
    return fields.values
  }
}

private struct HeaderFields {
  var values: [PacketField: [FieldValue]] = [:]

  private mutating func set(_ path: StaticString, _ number: some FixedWidthInteger) {
    values[PacketField(path)] = [.number(UInt64(number))]
  }

  private mutating func set(_ path: StaticString, _ address: IPAddress) {
    values[PacketField(path)] = [.address(address)]
  }

  private mutating func set(_ path: StaticString, _ flag: Bool) {
    values[PacketField(path)] = [.number(flag ? 1 : 0)]
  }

  mutating func add(_ header: IPv4Header) {
    set("proto_ipv4.version", UInt8(4))
    set("proto_ipv4.IHL", header.headerWords)
    set("proto_ipv4.TOS", header.typeOfService)
    set("proto_ipv4.length", header.length)
    set("proto_ipv4.id", header.id)
    set("proto_ipv4.flags", header.flags)
    set("proto_ipv4.fragOffset", header.fragmentOffset)
    set("proto_ipv4.TTL", header.timeToLive)
    set("proto_ipv4.protocol", header.nextProtocol)
    set("proto_ipv4.checksum", header.checksum)
    set("proto_ipv4.srcIP", header.source)
    set("proto_ipv4.dstIP", header.destination)
  }

  mutating func add(_ header: IPv6Header) {
    set("proto_ipv6.version", UInt8(6))
    set("proto_ipv6.trafficClass", header.trafficClass)
    set("proto_ipv6.flowLabel", header.flowLabel)
    set("proto_ipv6.length", header.length)
    set("proto_ipv6.nextHeader", header.nextHeader)
    set("proto_ipv6.hopLimit", header.hopLimit)
    set("proto_ipv6.srcIP", header.source)
    set("proto_ipv6.dstIP", header.destination)
  }

  mutating func add(_ header: TCPHeader) {
    set("proto_tcp.srcPort", header.sourcePort)
    set("proto_tcp.dstPort", header.destinationPort)
    set("proto_tcp.seq", header.sequence)
    set("proto_tcp.ack", header.acknowledgement)
    set("proto_tcp.dataOffset", header.dataOffset)
    set("proto_tcp.FIN", header.flags.contains(.fin))
    set("proto_tcp.SYN", header.flags.contains(.syn))
    set("proto_tcp.RST", header.flags.contains(.rst))
    set("proto_tcp.PSH", header.flags.contains(.psh))
    set("proto_tcp.ACK", header.flags.contains(.ack))
    set("proto_tcp.URG", header.flags.contains(.urg))
    set("proto_tcp.ECE", header.flags.contains(.ece))
    set("proto_tcp.CWR", header.flags.contains(.cwr))
    set("proto_tcp.NS", header.flags.contains(.ns))
    set("proto_tcp.window", header.window)
    set("proto_tcp.checksum", header.checksum)
    set("proto_tcp.urgent", header.urgent)
  }

  mutating func add(_ header: UDPHeader) {
    set("proto_udp.srcPort", header.sourcePort)
    set("proto_udp.dstPort", header.destinationPort)
    set("proto_udp.length", header.length)
    set("proto_udp.checksum", header.checksum)
  }

  mutating func add(_ header: ICMPHeader) {
    set("proto_icmp.typeCode", UInt16(header.type) << 8 | UInt16(header.code))
    set("proto_icmp.checksum", header.checksum)
    set("proto_icmp.id", header.id)
    set("proto_icmp.seq", header.sequence)
  }

  mutating func add(_ header: ICMPv6Header) {
    set("proto_icmpv6.typeCode", UInt16(header.type) << 8 | UInt16(header.code))
    set("proto_icmpv6.checksum", header.checksum)
  }
}
