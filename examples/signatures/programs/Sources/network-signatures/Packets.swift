// SPDX-License-Identifier: Apache-2.0

import Signatures

/// A signature of which one event is enough.
protocol PacketSignature: Signature {
  static var name: String { get }
  static var selected: SelectedEvent { get }
  static func isFound(_ event: Event) -> Bool
}

extension PacketSignature {
  static var metadata: SignatureMetadata {
    SignatureMetadata(
      name: name, id: name, title: "Network \(name) Test", version: "0.1.0",
      description: "Network E2E Tests: \(name)", tags: ["e2e", "network"])
  }
  static var selectedEvents: [SelectedEvent] { [selected] }
  mutating func onEvent(_ event: Event) -> [Finding] { Self.isFound(event) ? [Finding()] : [] }
}

struct IPv4: PacketSignature {
  static let name = "IPv4"
  static let selected = SelectedEvent(
    "net_packet_ipv4", filters: ["data.src=172.16.17.2", "data.dst=172.16.17.1"])
  static func isFound(_ event: Event) -> Bool {
    guard let header = event.ipv4 else { return false }
    return header.version == 4 && header.headerWords == 5 && header.source == event.source
      && header.destination == event.destination
  }
}

struct IPv6: PacketSignature {
  static let name = "IPv6"
  static let selected = SelectedEvent(
    "net_packet_ipv6",
    filters: ["data.src=fd6e:a63d:71f:2f4::2", "data.dst=fd6e:a63d:71f:2f4::1"])
  static func isFound(_ event: Event) -> Bool {
    guard let header = event.ipv6 else { return false }
    return header.version == 6 && header.hopLimit == 64
  }
}

struct TCP: PacketSignature {
  static let name = "TCP"
  static let selected = SelectedEvent(
    "net_packet_tcp",
    filters: ["data.src=172.16.17.1", "data.dst=172.16.17.2", "data.src_port=8090"])
  static func isFound(_ event: Event) -> Bool {
    guard let header = event.tcp else { return false }
    return header.isACK && !header.isRST && !header.isURG && !header.isSYN && !header.isFIN
  }
}

struct UDP: PacketSignature {
  static let name = "UDP"
  static let selected = SelectedEvent(
    "net_packet_udp",
    filters: ["data.src=172.16.17.2", "data.dst=172.16.17.1", "data.dst_port=8090"])
  static func isFound(_ event: Event) -> Bool { true }
}

struct ICMP: PacketSignature {
  static let name = "ICMP"
  static let selected = SelectedEvent(
    "net_packet_icmp", filters: ["data.src=172.16.17.1", "data.dst=172.16.17.2"])
  static func isFound(_ event: Event) -> Bool { event.icmp?.typeCode == "EchoReply" }
}

struct ICMPv6: PacketSignature {
  static let name = "ICMPv6"
  static let selected = SelectedEvent(
    "net_packet_icmpv6",
    filters: ["data.src=fd6e:a63d:71f:2f4::1", "data.dst=fd6e:a63d:71f:2f4::2"])
  static func isFound(_ event: Event) -> Bool { event.icmp?.typeCode == "EchoReply" }
}

struct HTTP: PacketSignature {
  static let name = "HTTP"
  static let selected = SelectedEvent("net_packet_http")
  static func isFound(_ event: Event) -> Bool {
    guard let head = event.http else { return false }
    return ["request", "response"].contains(head.direction) && head.version.hasPrefix("HTTP/")
  }
}
