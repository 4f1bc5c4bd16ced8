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

  /// Whether the packet is to or from a port of DNS.
  ///
  /// Source: ``Policy/ContentProtocol``.
  var hasPortOfDNS: Bool {
    guard let ports else { return false }
    let known = if case .udp = transport { Self.portsOfDNS.udp } else { Self.portsOfDNS.tcp }
    for index in known.indices
    where ports.source == known[index] || ports.destination == known[index] {
      return true
    }
    return false
  }

  private static let portsOfDNS = (
    tcp: (ContentProtocol.dns.description.ports[.tcp] ?? []).sorted(),
    udp: (ContentProtocol.dns.description.ports[.udp] ?? []).sorted()
  )

  /// The bytes of the message that a packet completes, or else what stands after its header of TCP or UDP.
  @_lifetime(copy record)
  func message(of record: borrowing RecordReader) -> RawSpan? {
    record.message.isEmpty ? payload(in: record.packet) : record.message
  }
}
