// SPDX-License-Identifier: Apache-2.0

import Policy

/// What headers show in the Elastic Common Schema. Source: `docs/event-ecs.md`.
extension LineBuffer {
  /// Writes `source` and `destination`, each with a comma before it.
  mutating func append(endpointsOf headers: PacketHeaders) {
    let family = headers.shape.family
    append(",\"source\":{\"ip\":\"")
    append(headers.source, in: family)
    append("\"")
    append(port: headers.ports?.source)
    append("},\"destination\":{\"ip\":\"")
    append(headers.destination, in: family)
    append("\"")
    append(port: headers.ports?.destination)
    append("}")
  }

  private mutating func append(port: UInt16?) {
    guard let port else { return }
    append(",\"port\":")
    append(decimal: port)
  }

  /// Writes `network`, and `observer` if the interface is known, each with a comma before it.
  mutating func append(
    networkOf headers: PacketHeaders, _ record: borrowing RecordReader, of kind: EventKind?
  ) {
    let shape = headers.shape
    let isEgress = record.direction == .egress
    append(",\"network\":{\"type\":\"")
    append(shape.family == .ipv4 ? "ipv4" : "ipv6")
    switch shape.transport {
    case .tcp: append("\",\"transport\":\"tcp\",\"iana_number\":\"6")
    case .udp: append("\",\"transport\":\"udp\",\"iana_number\":\"17")
    case .icmp: append("\",\"transport\":\"icmp\",\"iana_number\":\"1")
    case .icmpv6: append("\",\"transport\":\"ipv6-icmp\",\"iana_number\":\"58")
    case .other:
      append("\",\"iana_number\":\"")
      switch headers.network {
      case .ipv4(let header): append(decimal: header.nextProtocol)
      case .ipv6(let header): append(decimal: header.nextHeader)
      }
    }
    switch kind?.contentProtocol {
    case .dns: append("\",\"protocol\":\"dns")
    case .http: append("\",\"protocol\":\"http")
    case nil: break
    }
    append(isEgress ? "\",\"direction\":\"egress" : "\",\"direction\":\"ingress")
    append("\",\"bytes\":")
    append(decimal: record.length)
    append("}")
    if !record.interfaceName.isEmpty {
      append(isEgress ? ",\"observer\":{\"egress\"" : ",\"observer\":{\"ingress\"")
      append(":{\"interface\":{\"name\":")
      append(jsonText: record.interfaceName)
      append("}}}")
    }
  }

  /// Writes what the header that an event is about has besides, as a member of `tracee` with a comma before it.
  mutating func append(
    detailsOf headers: PacketHeaders, _ record: borrowing RecordReader, in kind: EventKind?
  ) {
    switch (kind, headers.network, headers.transport) {
    case (.ipv4, .ipv4(let header), _): append(details: header)
    case (.ipv6, .ipv6(let header), _): append(details: header)
    case (.tcp, _, .tcp(let header)): append(details: header)
    case (.udp, _, .udp(let header)):
      append(",\"udp\":{\"length\":")
      append(decimal: header.length)
      append(checksum: header.checksum)
    case (.icmp, _, .icmp(let header)):
      append(",\"icmp\":{\"message\":\"")
      NameTable.icmp.append(type: header.type, code: header.code, to: &self)
      append(type: header.type, code: header.code)
      append(",\"id\":")
      append(decimal: header.id)
      append(",\"sequence\":")
      append(decimal: header.sequence)
      append(checksum: header.checksum)
    case (.icmpv6, _, .icmpv6(let header)):
      append(",\"icmp\":{\"message\":\"")
      NameTable.icmpv6.append(type: header.type, code: header.code, to: &self)
      append(type: header.type, code: header.code)
      append(checksum: header.checksum)
    default: return
    }
    if kind == headers.shape.transportEvent {
      append(",\"checksum_partial\":")
      append(bool: record.isChecksumPartial)
    }
    append("}")
  }

  private mutating func append(checksum: UInt16) {
    append(",\"checksum\":")
    append(decimal: checksum)
  }

  private mutating func append(type: UInt8, code: UInt8) {
    append("\",\"type\":")
    append(decimal: type)
    append(",\"code\":")
    append(decimal: code)
  }

  private mutating func append(details header: IPv4Header) {
    append(",\"ip\":{\"ttl\":")
    append(decimal: header.timeToLive)
    append(",\"traffic_class\":")
    append(decimal: header.typeOfService)
    append(",\"length\":")
    append(decimal: header.length)
    append(",\"header_length\":")
    append(decimal: UInt(header.headerWords) * 4)
    append(",\"id\":")
    append(decimal: header.id)
    append(",\"flags\":")
    append(decimal: header.flags)
    append(",\"fragment_offset\":")
    append(decimal: header.fragmentOffset)
    append(checksum: header.checksum)
  }

  private mutating func append(details header: IPv6Header) {
    append(",\"ip\":{\"ttl\":")
    append(decimal: header.hopLimit)
    append(",\"traffic_class\":")
    append(decimal: header.trafficClass)
    append(",\"length\":")
    append(decimal: header.length)
    append(",\"flow_label\":")
    append(decimal: header.flowLabel)
  }

  private mutating func append(details header: TCPHeader) {
    append(",\"tcp\":{\"flags\":[")
    var comma = Comma()
    append(flag: .fin, "\"FIN\"", of: header, &comma)
    append(flag: .syn, "\"SYN\"", of: header, &comma)
    append(flag: .rst, "\"RST\"", of: header, &comma)
    append(flag: .psh, "\"PSH\"", of: header, &comma)
    append(flag: .ack, "\"ACK\"", of: header, &comma)
    append(flag: .urg, "\"URG\"", of: header, &comma)
    append(flag: .ece, "\"ECE\"", of: header, &comma)
    append(flag: .cwr, "\"CWR\"", of: header, &comma)
    append(flag: .ns, "\"NS\"", of: header, &comma)
    append("],\"sequence\":")
    append(decimal: header.sequence)
    append(",\"acknowledgement\":")
    append(decimal: header.acknowledgement)
    append(",\"header_length\":")
    append(decimal: UInt(header.dataOffset) * 4)
    append(",\"window\":")
    append(decimal: header.window)
    append(checksum: header.checksum)
    append(",\"urgent\":")
    append(decimal: header.urgent)
  }

  private mutating func append(
    flag: TCPHeader.Flags, _ name: StaticString, of header: TCPHeader, _ comma: inout Comma
  ) {
    guard header.flags.contains(flag) else { return }
    comma.append(to: &self)
    append(name)
  }
}
