// SPDX-License-Identifier: Apache-2.0

/// The kinds of network events; the raw value is the event's `eventId` in JSON.
///
/// Source: `docs/events.md`; numbers and names are those of Tracee.
public enum EventKind: UInt32, CaseIterable, Sendable {
  case ipv4 = 2000
  case ipv6 = 2001
  case tcp = 2002
  case udp = 2003
  case icmp = 2004
  case icmpv6 = 2005
  case dns = 2006
  case dnsRequest = 2007
  case dnsResponse = 2008
  case http = 2009
  case httpRequest = 2010
  case httpResponse = 2011
}

extension EventKind {
  /// The name of the event, in policies and in output.
  public var name: String { entry.name }
  /// A short description of the packets that give the event.
  public var summary: String { entry.summary }
  /// The sets that contain the event, in the order of ``EventSet``.
  public var sets: [EventSet] { EventSet.allCases.filter { $0.events.contains(self) } }

  /// The index of the kind in ``allCases``, counted from 0.
  package var index: Int { Int(rawValue - EventKind.ipv4.rawValue) }

  /// Creates the kind with a name; nil if there is none.
  public init?(name: String) {
    guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = kind
  }

  /// The table of names and descriptions.
  private var entry: (name: String, summary: String) {
    switch self {
    case .ipv4: ("net_packet_ipv4", "an IPv4 packet of any protocol")
    case .ipv6: ("net_packet_ipv6", "an IPv6 packet of any next header")
    case .tcp: ("net_packet_tcp", "a TCP segment over IPv4 or IPv6")
    case .udp: ("net_packet_udp", "a UDP datagram over IPv4 or IPv6")
    case .icmp: ("net_packet_icmp", "an ICMP message")
    case .icmpv6: ("net_packet_icmpv6", "an ICMPv6 message")
    case .dns: ("net_packet_dns", "a DNS message over UDP or TCP")
    case .dnsRequest: ("net_packet_dns_request", "a DNS query, by its questions")
    case .dnsResponse: ("net_packet_dns_response", "a DNS response, by its answers")
    case .http: ("net_packet_http", "the head of an HTTP/1 message")
    case .httpRequest: ("net_packet_http_request", "the head of an HTTP/1 request")
    case .httpResponse: ("net_packet_http_response", "the head of an HTTP/1 response")
    }
  }
}

/// A named set of events; the raw value is its name in policies.
public enum EventSet: String, CaseIterable, Sendable {
  case networkEvents = "network_events"
  /// The events that are traced if none is selected.
  case standard = "default"

  /// The events of the set, in order of their numbers.
  public var events: [EventKind] {
    switch self {
    case .networkEvents: EventKind.allCases
    case .standard: [.icmp, .icmpv6, .dnsRequest, .dnsResponse, .httpRequest, .httpResponse]
    }
  }

  /// A short description of the set.
  public var summary: String {
    switch self {
    case .networkEvents: "every network event"
    case .standard: "the events that are traced if none is selected"
    }
  }
}
