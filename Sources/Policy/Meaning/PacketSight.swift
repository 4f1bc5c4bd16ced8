/// Which packets that would give an event are seen live: those that sockets send and receive.
///
/// Source: `docs/packets.md`.
struct PacketSight: Equatable, Sendable {
  /// A packet is seen when it meets one of these; of others only those that raw sockets get.
  let seen: [Clause<PacketField>]
  /// Why others are not, as a part of a sentence.
  let reason: String
}

extension EventKind {
  /// What is seen of its packets; nil when nothing is known to be unseen.
  var sight: PacketSight? {
    switch self {
    case .ipv4:
      PacketSight.arriving(
        "proto_ipv4.fragOffset", [0...0],
        "fragments that arrive are put together before a socket gets them")
    case .icmp:
      PacketSight.arriving(
        "proto_icmp.typeCode", [0x0000...0x00ff, 0x2b00...0x2bff],
        "of ICMP that arrives the kernel keeps all but echo replies to itself")
    case .icmpv6:
      PacketSight.arriving(
        "proto_icmpv6.typeCode", [0x8100...0x81ff, 0xa100...0xa1ff],
        "of ICMPv6 that arrives the kernel keeps all but echo replies to itself")
    case .ipv6, .tcp, .udp, .dns, .dnsRequest, .dnsResponse, .http, .httpRequest, .httpResponse:
      nil
    }
  }
}

extension PacketSight {
  /// Of packets that arrive, those are seen whose field has one of some numbers.
  fileprivate static func arriving(
    _ path: String, _ numbers: [ClosedRange<UInt64>], _ reason: String
  ) -> Self? {
    guard let field = PacketField(rawValue: path) else { return nil }
    return Self(
      seen: [
        Clause(.direction, Condition(included: [.numbers(1...1)])),
        Clause(field, Condition(included: numbers.map { .numbers($0) })),
      ], reason: reason)
  }
}

extension Packet {
  /// Why only a raw socket gets such a packet; nil when others may.
  var hiddenReason: String? {
    for event in EventKind.allCases where events.contains(event) {
      guard let sight = event.sight else { continue }
      let isHidden = sight.seen.allSatisfy { clause in
        fields[clause.field].map { !ReferenceMatcher.matches(clause.condition, $0) } ?? false
      }
      if isHidden { return sight.reason }
    }
    return nil
  }
}
