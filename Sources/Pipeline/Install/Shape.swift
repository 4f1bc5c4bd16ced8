import CBPF
import Policy

/// What a packet is by its headers alone: the IP version and the transport (`tp_event.h`).
struct Shape: Equatable, Hashable, Sendable {
  /// The number on the wire.
  var rawValue: UInt8

  /// Every shape that the wire has a number for.
  static let all = (0..<UInt8(TP_SHAPES)).map(Shape.init)

  /// The events that a packet of this shape gives.
  var events: Set<EventKind> {
    let isIPv6 = rawValue & UInt8(TP_SHAPE_IPV6) != 0
    var events: Set<EventKind> = [isIPv6 ? .ipv6 : .ipv4]
    switch UInt32(rawValue) & 7 {
    case TP_TRANSPORT_TCP.rawValue: events.insert(.tcp)
    case TP_TRANSPORT_UDP.rawValue: events.insert(.udp)
    case TP_TRANSPORT_ICMP.rawValue: events.insert(.icmp)
    case TP_TRANSPORT_ICMPV6.rawValue: events.insert(.icmpv6)
    default: break
    }
    return events
  }
}
