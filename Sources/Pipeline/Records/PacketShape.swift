// SPDX-License-Identifier: Apache-2.0

import Policy

/// What a packet is: its family and its transport.
///
/// Which events it can give follows from this alone.
struct PacketShape: RawRepresentable, Equatable, Hashable, Sendable {
  /// The version of IP.
  enum Family: UInt8 {
    case ipv4 = 0
    case ipv6 = 8
  }

  /// The header after those of IP.
  ///
  /// Source: `enum tp_transport` of `tp_event.h`.
  enum Transport: UInt8 {
    /// Another protocol, a later fragment, or a header that is cut off.
    case other = 0
    case tcp = 1
    case udp = 2
    case icmp = 3
    case icmpv6 = 4
  }

  let family: Family
  let transport: Transport

  /// Makes a shape.
  init(_ family: Family, _ transport: Transport) {
    self.family = family
    self.transport = transport
  }

  /// Takes the number of the wire; nil for one that no packet has.
  init?(rawValue: UInt8) {
    guard let transport = Transport(rawValue: rawValue & 7),
      let family = Family(rawValue: rawValue & ~7)
    else { return nil }
    self.init(family, transport)
  }

  /// The number of the wire.
  var rawValue: UInt8 { family.rawValue | transport.rawValue }

  /// The event that every packet of the family gives.
  var familyEvent: EventKind { family == .ipv4 ? .ipv4 : .ipv6 }

  /// The event that the transport gives.
  var transportEvent: EventKind? {
    switch transport {
    case .other: nil
    case .tcp: .tcp
    case .udp: .udp
    case .icmp: .icmp
    case .icmpv6: .icmpv6
    }
  }

  /// The events that a packet of the shape gives.
  var events: Set<EventKind> { Set([familyEvent, transportEvent].compactMap { $0 }) }

  /// Whether a packet of the shape gives an event of headers.
  func gives(_ kind: EventKind) -> Bool { kind == familyEvent || kind == transportEvent }
}
