// SPDX-License-Identifier: Apache-2.0

/// An event as the tracer writes it.
///
/// Source: `docs/event-json.md`.
public struct Event: Sendable {
  /// Its number among those that the program was given.
  public let number: UInt64
  /// All of its keys.
  public let json: JSON

  /// The name, such as `net_packet_dns`.
  public var name: String { json["eventName"].text ?? "" }
  /// When the packet passed, in ns since the epoch.
  public var timestamp: UInt64 { json["timestamp"].unsigned ?? 0 }
  /// The name of the task that owns it.
  public var processName: String { json["processName"].text ?? "" }
  /// The process that owns it, as the host counts; 0 for nobody.
  public var hostProcessID: UInt64 { json["hostProcessId"].unsigned ?? 0 }
  /// The user that owns it.
  public var userID: UInt64 { json["userId"].unsigned ?? 0 }
  /// The container that owns it; empty for the host.
  public var containerID: String { json["containerId"].text ?? "" }
  /// The number of the process that no other has.
  public var processEntityID: UInt64 { json["processEntityId"].unsigned ?? 0 }
  /// The policies that it counts for.
  public var policies: [String] { json["matchedPolicies"].elements.compactMap(\.text) }

  /// The value of an argument, such as `src` or `proto_dns`; null when it has none of the name.
  public func argument(_ name: String) -> JSON {
    json["args"].elements.first { $0["name"].text == name }?["value"] ?? .null
  }

  /// The address that the packet comes from.
  public var source: String { argument("src").text ?? "" }
  /// The address that it goes to.
  public var destination: String { argument("dst").text ?? "" }
  /// The port that it comes from; nil for a packet without ports.
  public var sourcePort: UInt16? { argument("src_port").unsigned.flatMap(UInt16.init(exactly:)) }
  /// The port that it goes to; nil for a packet without ports.
  public var destinationPort: UInt16? {
    argument("dst_port").unsigned.flatMap(UInt16.init(exactly:))
  }
  /// Whether its owner sent it.
  public var isEgress: Bool { argument("metadata")["direction"].text == "egress" }

  /// The IPv4 header; nil for an event without one.
  public var ipv4: ProtoIPv4? { ProtoIPv4(argument("proto_ipv4")) }
  /// The IPv6 header; nil for an event without one.
  public var ipv6: ProtoIPv6? { ProtoIPv6(argument("proto_ipv6")) }
  /// The TCP header; nil for an event without one.
  public var tcp: ProtoTCP? { ProtoTCP(argument("proto_tcp")) }
  /// The UDP header; nil for an event without one.
  public var udp: ProtoUDP? { ProtoUDP(argument("proto_udp")) }
  /// The ICMP or ICMPv6 header; nil for an event without one.
  public var icmp: ProtoICMP? {
    ProtoICMP(argument("proto_icmp")) ?? ProtoICMP(argument("proto_icmpv6"))
  }
  /// The DNS message; nil for an event without one.
  public var dns: ProtoDNS? { ProtoDNS(argument("proto_dns")) }
  /// The HTTP head; nil for an event without one.
  public var http: ProtoHTTP? {
    ProtoHTTP(argument("proto_http")) ?? ProtoHTTP(argument("http_request"))
      ?? ProtoHTTP(argument("http_response"))
  }
}
