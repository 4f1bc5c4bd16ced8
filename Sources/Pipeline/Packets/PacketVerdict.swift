import Policy

/// Whether a packet gives an event.
enum PacketVerdict {
  case given
  /// It is of another sort: a response and no request, a segment without a head.
  case other
  /// It should give the event, and what the event shows is cut off or malformed.
  case undecodable
}

extension PacketHeaders {
  /// Whether the packet gives an event that the kernel took it for.
  func verdict(on kind: EventKind, _ record: borrowing RecordReader) -> PacketVerdict {
    switch kind {
    case .ipv4, .ipv6, .tcp, .udp, .icmp, .icmpv6:
      return shape.gives(kind) ? .given : .undecodable
    case .dns, .dnsRequest, .dnsResponse:
      guard hasPortOfDNS, let payload = payload(in: record.packet), payload.byteCount > 0 else {
        return .other
      }
      guard let bytes = dnsBytes(of: record), let message = DNSMessage(bytes) else {
        return .undecodable
      }
      switch kind {
      case .dnsRequest: return message.isResponse ? .other : .given
      case .dnsResponse: return message.isResponse ? .given : .other
      default: return .given
      }
    case .http, .httpRequest, .httpResponse:
      guard case .tcp = transport, let payload = headBytes(of: record),
        HTTPHead.isBegun(by: payload)
      else { return .other }
      guard let head = HTTPHead(payload) else { return .undecodable }
      switch kind {
      case .httpRequest: return head.isRequest ? .given : .other
      case .httpResponse: return head.isRequest ? .other : .given
      default: return .given
      }
    }
  }
}
