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
  var hasPortOfDNS: Bool { has(Self.portsOfDNS) }

  /// Whether the transport and the ports of the packet are those of a protocol.
  func mayCarry(_ content: ContentProtocol) -> Bool { has(Self.ports[Int(content.rawValue)]) }

  private func has(_ known: MessagePorts) -> Bool {
    switch transport {
    case .tcp(let header): known.tcp.contains(header.sourcePort, or: header.destinationPort)
    case .udp(let header): known.udp.contains(header.sourcePort, or: header.destinationPort)
    case .none, .icmp, .icmpv6: false
    }
  }

  private static let ports = ContentProtocol.allCases.map(MessagePorts.init)
  private static let portsOfDNS = MessagePorts(.dns)

  /// The bytes of the message that a packet completes, or else what stands after its header of TCP or UDP, up to where the
  /// datagram ends.
  @_lifetime(copy record)
  func message(of record: borrowing RecordReader) -> RawSpan? {
    record.message.isEmpty ? content(in: record.packet) : record.message
  }
}

/// The ports over which a protocol comes.
///
/// Source: ``Policy/ContentProtocol``.
private struct MessagePorts {
  let tcp: FewPorts
  let udp: FewPorts

  init(_ content: ContentProtocol) {
    tcp = FewPorts(content, over: .tcp)
    udp = FewPorts(content, over: .udp)
  }
}

/// Up to four ports, or all, as values that are compared without a look into memory of their own.
private struct FewPorts {
  private let ports: SIMD4<UInt16>
  /// Whether any port will do.
  private let isAny: Bool
  /// Whether none will: the protocol does not come over the transport.
  private let isNone: Bool

  init(_ content: ContentProtocol, over transport: EventKind) {
    let row = content.description
    let known = row.ports[transport]?.sorted()
    precondition(
      known.map { (1...4).contains($0.count) } ?? true, "a protocol has 1 to 4 ports, or all")
    isNone = !row.transports.contains(transport)
    isAny = !isNone && known == nil
    var ports = SIMD4(repeating: known?.first ?? 0)
    for (index, port) in (known ?? []).enumerated() { ports[index] = port }
    self.ports = ports
  }

  /// Whether one of two ports is among them.
  func contains(_ port: UInt16, or other: UInt16) -> Bool {
    if isNone || isAny { return isAny }
    return any((ports .== SIMD4(repeating: port)) .| (ports .== SIMD4(repeating: other)))
  }
}
