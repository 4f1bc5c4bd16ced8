// SPDX-License-Identifier: Apache-2.0

import Policy

extension PacketHeaders {
  /// What stands after the header of TCP or UDP, as far as it was captured; nil for other packets.
  @_lifetime(copy packet)
  func payload(in packet: RawSpan) -> RawSpan? {
    let start: Int
    switch transport {
    case .tcp(let header): start = transportOffset + Int(header.dataOffset) * 4
    case .udp: start = transportOffset + 8
    case .none, .icmp, .icmpv6: return nil
    }
    guard start <= packet.byteCount else { return nil }
    return packet.extracting(droppingFirst: start)
  }

  /// What stands after the header of TCP or UDP, and in the datagram as the header of UDP says; nil for other packets.
  ///
  /// A length of 0 is one that the field cannot hold (RFC 2675 §4).
  @_lifetime(copy packet)
  private func content(in packet: RawSpan) -> RawSpan? {
    guard let payload = payload(in: packet) else { return nil }
    guard case .udp(let header) = transport, header.length > 0 else { return payload }
    return payload.extracting(first: max(0, Int(header.length) - 8))
  }

  /// Whether the packet is a datagram to or from the port of multicast DNS (RFC 6762 §3).
  var hasPortOfMulticastDNS: Bool {
    guard case .udp(let header) = transport else { return false }
    return header.sourcePort == 5353 || header.destinationPort == 5353
  }

  /// Whether the packet is to or from a port of DNS.
  ///
  /// Source: ``Policy/ContentProtocol``.
  var hasPortOfDNS: Bool {
    guard let ports else { return false }
    return if case .udp = transport {
      Self.portsOfDNS.udp.contains(ports.source, or: ports.destination)
    } else {
      Self.portsOfDNS.tcp.contains(ports.source, or: ports.destination)
    }
  }

  private static let portsOfDNS = (tcp: FewPorts(.dns, over: .tcp), udp: FewPorts(.dns, over: .udp))

  /// The bytes of the message that a packet completes, or else what stands after its header of TCP or UDP, up to where the
  /// datagram ends.
  @_lifetime(copy record)
  func message(of record: borrowing RecordReader) -> RawSpan? {
    record.message.isEmpty ? content(in: record.packet) : record.message
  }
}

/// Up to four ports, as values that are compared without a look into memory of their own.
private struct FewPorts {
  private let ports: SIMD4<UInt16>

  init(_ content: ContentProtocol, over transport: EventKind) {
    let known = (content.description.ports[transport] ?? []).sorted()
    precondition((1...4).contains(known.count), "a protocol has at most four ports")
    var ports = SIMD4(repeating: known[0])
    for (index, port) in known.enumerated() { ports[index] = port }
    self.ports = ports
  }

  /// Whether one of two ports is among them.
  func contains(_ port: UInt16, or other: UInt16) -> Bool {
    any((ports .== SIMD4(repeating: port)) .| (ports .== SIMD4(repeating: other)))
  }
}
