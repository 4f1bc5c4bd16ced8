import Policy

/// Whether a packet gives an event.
enum PacketVerdict: Equatable {
  case given
  /// It is of another sort: a response and no request, a segment without a head.
  case other
  /// It should give the event, and what the event shows is cut off or malformed.
  case undecodable(DecodingFault)
}

extension PacketHeaders {
  /// Whether the packet gives an event that the kernel took it for.
  func verdict(on kind: EventKind, _ record: borrowing RecordReader) -> PacketVerdict {
    switch kind {
    case .ipv4, .ipv6, .tcp, .udp, .icmp, .icmpv6:
      return shape.gives(kind) ? .given : .undecodable(.notCaptured)
    case .dns, .dnsRequest, .dnsResponse:
      guard hasPortOfDNS, let payload = payload(in: record.packet), payload.byteCount > 0 else {
        return .other
      }
      guard let bytes = dnsBytes(of: record) else { return .undecodable(.pastEnd) }
      if bytes.byteCount > 2 {
        let isResponse = bytes.byte(2) & 0x80 != 0
        if kind == (isResponse ? .dnsRequest : .dnsResponse) { return .other }
      }
      do throws(DecodingFault) { _ = try DNSMessage(reading: bytes) } catch {
        return .undecodable(error)
      }
    case .http, .httpRequest, .httpResponse:
      guard case .tcp = transport, let payload = headBytes(of: record),
        HTTPHead.isBegun(by: payload)
      else { return .other }
      let isResponse = payload.begins(with: "HTTP/1.")
      if kind == (isResponse ? .httpRequest : .httpResponse) { return .other }
      do throws(DecodingFault) { _ = try HTTPHead(reading: payload) } catch {
        return .undecodable(error)
      }
    }
    return .given
  }
}
