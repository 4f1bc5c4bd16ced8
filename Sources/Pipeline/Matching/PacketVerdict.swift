// SPDX-License-Identifier: Apache-2.0

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
  func verdict(on kind: EventKind) -> PacketVerdict { verdict(on: kind, kind.contentRole) }

  /// The same, with what the event asks of a message.
  func verdict(on kind: EventKind, _ role: ContentProtocol.Role?) -> PacketVerdict {
    guard let role else { return headers.shape.gives(kind) ? .given : .undecodable(.notCaptured) }
    guard role.content == content else { return .other }
    switch message {
    case .none: return .other
    case .dns(let message): return role.isMet(isAnswer: message.isResponse) ? .given : .other
    case .http(let head): return role.isMet(isAnswer: !head.isRequest) ? .given : .other
    case .undecodable(let fault, let isAnswer):
      return role.isMet(isAnswer: isAnswer) ? .undecodable(fault) : .other
    }
  }
}

extension ContentProtocol.Role {
  /// Whether a message may give the event.
  ///
  /// - Parameter isAnswer: nil when that is not known.
  fileprivate func isMet(isAnswer: Bool?) -> Bool {
    guard let wanted = self.isAnswer, let isAnswer else { return true }
    return wanted == isAnswer
  }
}
