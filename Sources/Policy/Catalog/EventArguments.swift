// SPDX-License-Identifier: Apache-2.0

/// The table of each event's arguments.
extension EventKind {
  /// The elements of the event's `args` in JSON, in order.
  ///
  /// Source: `docs/events.md`.
  public var arguments: [EventArgument] {
    switch self {
    case .ipv4: headers("proto_ipv4", "trace.ProtoIPv4", .ipv4)
    case .ipv6: headers("proto_ipv6", "trace.ProtoIPv6", .ipv6)
    case .tcp: headers("proto_tcp", "trace.ProtoTCP", .tcp, .checkedMetadata)
    case .udp: headers("proto_udp", "trace.ProtoUDP", .udp, .checkedMetadata)
    case .icmp: headers("proto_icmp", "trace.ProtoICMP", .icmp, .checkedMetadata)
    case .icmpv6: headers("proto_icmpv6", "trace.ProtoICMPv6", .icmpv6, .checkedMetadata)
    case .dns: headers("proto_dns", "trace.ProtoDNS", .dns)
    case .dnsRequest: content("dns_questions", "[]trace.DnsQueryData", .dnsQueries)
    case .dnsResponse: content("dns_response", "[]trace.DnsResponseData", .dnsResponses)
    case .http: headers("proto_http", "trace.ProtoHTTP", .http)
    case .httpRequest: content("http_request", "trace.ProtoHTTPRequest", .httpRequest)
    case .httpResponse: content("http_response", "trace.ProtoHTTPResponse", .httpResponse)
    }
  }

  /// Whether the packets of the event have ports.
  public var hasPorts: Bool {
    switch self {
    case .ipv4, .ipv6, .icmp, .icmpv6: false
    case .tcp, .udp, .dns, .dnsRequest, .dnsResponse, .http, .httpRequest, .httpResponse: true
    }
  }

  /// Returns the arguments of an event that shows addresses, ports if it has any, and a header.
  private func headers(
    _ name: String, _ typeName: String, _ shape: Shape, _ metadata: Shape = .metadata
  ) -> [EventArgument] {
    addresses + (hasPorts ? ports : []) + [
      EventArgument(name, typeName, shape),
      EventArgument("metadata", "trace.PacketMetadata", metadata),
    ]
  }

  /// Returns the arguments of an event that shows a message, after a summary of the packet.
  private func content(_ name: String, _ typeName: String, _ shape: Shape) -> [EventArgument] {
    [EventArgument("metadata", "trace.PktMeta", .packet), EventArgument(name, typeName, shape)]
  }

  private var addresses: [EventArgument] {
    [EventArgument("src", "const char*", .address), EventArgument("dst", "const char*", .address)]
  }

  private var ports: [EventArgument] {
    [EventArgument("src_port", "u16", .port), EventArgument("dst_port", "u16", .port)]
  }
}
