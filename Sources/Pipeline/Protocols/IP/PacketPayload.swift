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

  /// Whether the packet is to or from a port of DNS: 53 of both transports, and of UDP also 5353 and 5355, which
  /// multicast DNS (RFC 6762) and LLMNR (RFC 4795) use.
  var hasPortOfDNS: Bool {
    guard let ports else { return false }
    if ports.source == 53 || ports.destination == 53 { return true }
    guard case .udp = transport else { return false }
    return ports.source == 5353 || ports.destination == 5353 || ports.source == 5355
      || ports.destination == 5355
  }

  /// The bytes of the message that a packet completes, or else what stands after its header of TCP or UDP.
  @_lifetime(copy record)
  func message(of record: borrowing RecordReader) -> RawSpan? {
    record.message.isEmpty ? payload(in: record.packet) : record.message
  }
}
