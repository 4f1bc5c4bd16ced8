// SPDX-License-Identifier: Apache-2.0

/// The packets of an event that live tracing sees: those that sockets send and receive.
///
/// Source: `docs/packets.md`.
struct PacketSight: Equatable, Sendable {
  /// The clauses of which a packet must meet one to be seen; other packets are seen only if a raw socket receives them.
  let seen: [Clause<PacketField>]
  /// The reason why other packets are not seen, as a part of a sentence.
  let reason: String
}

extension EventKind {
  /// The packets of the event that are seen; nil if none is known to be unseen.
  var sight: PacketSight? {
    switch self {
    case .ipv4:
      PacketSight.arriving(
        "proto_ipv4.fragOffset", [0...0],
        "incoming fragments are reassembled before a socket receives them")
    case .icmp:
      PacketSight.arriving(
        "proto_icmp.typeCode", [0x0000...0x00ff, 0x2b00...0x2bff],
        "the kernel handles incoming ICMP by itself, except echo replies")
    case .icmpv6:
      PacketSight.arriving(
        "proto_icmpv6.typeCode", [0x8100...0x81ff, 0xa100...0xa1ff],
        "the kernel handles incoming ICMPv6 by itself, except echo replies")
    case .ipv6, .tcp, .udp, .dns, .dnsRequest, .dnsResponse, .http, .httpRequest, .httpResponse:
      nil
    }
  }
}

extension PacketSight {
  /// Returns a sight of all outgoing packets, and of incoming ones with one of some numbers in a field.
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
  /// The reason why only a raw socket receives such a packet; nil if other sockets may.
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
