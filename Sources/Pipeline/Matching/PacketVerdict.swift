import Policy

/// Whether a packet gives an event.
enum PacketVerdict: Equatable {
  case given
  /// It is of another sort: a response and no request, a segment without a head.
  case other
  /// It should give the event, and what the event shows is cut off or malformed.
  case undecodable(DecodingFault)
}

extension DecodedPacket {
  /// Whether the packet gives an event that the kernel took it for.
  func verdict(on kind: EventKind) -> PacketVerdict {
    guard let wanted = kind.contentProtocol else {
      return headers.shape.gives(kind) ? .given : .undecodable(.notCaptured)
    }
    guard wanted == content else { return .other }
    switch message {
    case .none: return .other
    case .dns(let message): return kind.isOther(isAnswer: message.isResponse) ? .other : .given
    case .http(let head): return kind.isOther(isAnswer: !head.isRequest) ? .other : .given
    case .undecodable(let fault, let isAnswer):
      return kind.isOther(isAnswer: isAnswer) ? .other : .undecodable(fault)
    }
  }
}

extension EventKind {
  /// Whether messages that answer, or do not, never give the event.
  fileprivate func isOther(isAnswer: Bool?) -> Bool {
    switch self {
    case .dnsRequest, .httpRequest: isAnswer == true
    case .dnsResponse, .httpResponse: isAnswer == false
    default: false
    }
  }
}
