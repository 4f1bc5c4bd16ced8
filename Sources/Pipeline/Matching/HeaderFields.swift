import Policy

/// What a policy can ask about each header: slow, for what the kernel does not decide.
extension PacketHeaders {
  /// The fields of the headers, by the catalog's names.
  var headerFields: [PacketField: [FieldValue]] {
    var fields: [PacketField: [FieldValue]] = [:]
    func add<Header>(_ table: [HeaderField<Header>], _ header: Header) {
      for entry in table { fields[entry.field] = [entry.value(header)] }
    }
    switch network {
    case .ipv4(let header): add(IPv4Header.fields, header)
    case .ipv6(let header): add(IPv6Header.fields, header)
    }
    switch transport {
    case .none: break
    case .tcp(let header): add(TCPHeader.fields, header)
    case .udp(let header): add(UDPHeader.fields, header)
    case .icmp(let header): add(ICMPHeader.fields, header)
    case .icmpv6(let header): add(ICMPv6Header.fields, header)
    }
    return fields
  }
}

/// A field of the catalog, and how it is found in a header.
struct HeaderField<Header>: Sendable {
  let field: PacketField
  let value: @Sendable (Header) -> FieldValue

  init(
    _ path: StaticString,
    _ number: @escaping @Sendable (Header) -> some FixedWidthInteger & Sendable
  ) {
    field = PacketField(path)
    value = { .number(UInt64(number($0))) }
  }

  init(_ path: StaticString, _ address: @escaping @Sendable (Header) -> IPAddress) {
    field = PacketField(path)
    value = { .address(address($0)) }
  }
}

extension HeaderField<TCPHeader> {
  fileprivate init(_ path: StaticString, flag: TCPHeader.Flags) {
    self.init(path) { $0.flags.contains(flag) ? UInt8(1) : 0 }
  }
}

extension IPv4Header {
  fileprivate static let fields: [HeaderField<Self>] = [
    HeaderField("proto_ipv4.version") { _ in UInt8(4) },
    HeaderField("proto_ipv4.IHL") { $0.headerWords },
    HeaderField("proto_ipv4.TOS") { $0.typeOfService },
    HeaderField("proto_ipv4.length") { $0.length },
    HeaderField("proto_ipv4.id") { $0.id },
    HeaderField("proto_ipv4.flags") { $0.flags },
    HeaderField("proto_ipv4.fragOffset") { $0.fragmentOffset },
    HeaderField("proto_ipv4.TTL") { $0.timeToLive },
    HeaderField("proto_ipv4.protocol") { $0.nextProtocol },
    HeaderField("proto_ipv4.checksum") { $0.checksum },
    HeaderField("proto_ipv4.srcIP") { $0.source },
    HeaderField("proto_ipv4.dstIP") { $0.destination },
  ]
}

extension IPv6Header {
  fileprivate static let fields: [HeaderField<Self>] = [
    HeaderField("proto_ipv6.version") { _ in UInt8(6) },
    HeaderField("proto_ipv6.trafficClass") { $0.trafficClass },
    HeaderField("proto_ipv6.flowLabel") { $0.flowLabel },
    HeaderField("proto_ipv6.length") { $0.length },
    HeaderField("proto_ipv6.nextHeader") { $0.nextHeader },
    HeaderField("proto_ipv6.hopLimit") { $0.hopLimit },
    HeaderField("proto_ipv6.srcIP") { $0.source },
    HeaderField("proto_ipv6.dstIP") { $0.destination },
  ]
}

extension TCPHeader {
  fileprivate static let fields: [HeaderField<Self>] = [
    HeaderField("proto_tcp.srcPort") { $0.sourcePort },
    HeaderField("proto_tcp.dstPort") { $0.destinationPort },
    HeaderField("proto_tcp.seq") { $0.sequence },
    HeaderField("proto_tcp.ack") { $0.acknowledgement },
    HeaderField("proto_tcp.dataOffset") { $0.dataOffset },
    HeaderField("proto_tcp.FIN", flag: .fin),
    HeaderField("proto_tcp.SYN", flag: .syn),
    HeaderField("proto_tcp.RST", flag: .rst),
    HeaderField("proto_tcp.PSH", flag: .psh),
    HeaderField("proto_tcp.ACK", flag: .ack),
    HeaderField("proto_tcp.URG", flag: .urg),
    HeaderField("proto_tcp.ECE", flag: .ece),
    HeaderField("proto_tcp.CWR", flag: .cwr),
    HeaderField("proto_tcp.NS", flag: .ns),
    HeaderField("proto_tcp.window") { $0.window },
    HeaderField("proto_tcp.checksum") { $0.checksum },
    HeaderField("proto_tcp.urgent") { $0.urgent },
  ]
}

extension UDPHeader {
  fileprivate static let fields: [HeaderField<Self>] = [
    HeaderField("proto_udp.srcPort") { $0.sourcePort },
    HeaderField("proto_udp.dstPort") { $0.destinationPort },
    HeaderField("proto_udp.length") { $0.length },
    HeaderField("proto_udp.checksum") { $0.checksum },
  ]
}

extension ICMPHeader {
  fileprivate static let fields: [HeaderField<Self>] = [
    HeaderField("proto_icmp.typeCode") { UInt16($0.type) << 8 | UInt16($0.code) },
    HeaderField("proto_icmp.checksum") { $0.checksum },
    HeaderField("proto_icmp.id") { $0.id },
    HeaderField("proto_icmp.seq") { $0.sequence },
  ]
}

extension ICMPv6Header {
  fileprivate static let fields: [HeaderField<Self>] = [
    HeaderField("proto_icmpv6.typeCode") { UInt16($0.type) << 8 | UInt16($0.code) },
    HeaderField("proto_icmpv6.checksum") { $0.checksum },
  ]
}
