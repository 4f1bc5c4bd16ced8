import Policy

extension EventKind {
  var name: String {
    switch self {
    case .ipv4: "net_packet_ipv4"
    case .ipv6: "net_packet_ipv6"
    case .tcp: "net_packet_tcp"
    case .udp: "net_packet_udp"
    case .icmp: "net_packet_icmp"
    case .icmpv6: "net_packet_icmpv6"
    }
  }
}
