// SPDX-License-Identifier: Apache-2.0

import Policy

/// The roles that a message may have, as far as its first bytes show; empty when there is no message.
struct MessageRoles: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let request = Self(rawValue: 1 << 0)
  static let response = Self(rawValue: 1 << 1)
  /// A part of a stream, or a message too short to show whether it asks or answers.
  static let unknown: Self = [.request, .response]
}

/// What a packet may say, as far as its ports and the first bytes of its payload show: for each protocol of messages, the roles
/// that its message may have.
///
/// Which events it may give beside those of its headers follows from this alone; whether it does, the message tells. The bits are
/// those of the wire, `enum tp_content` of `tp_event.h`: two for each protocol, by its number in ``Policy/ContentProtocol``.
struct PacketContent: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Creates the content of a message of a protocol in one of some roles.
  init(_ roles: MessageRoles, of content: ContentProtocol) {
    rawValue = roles.rawValue << (2 * content.rawValue)
  }

  /// Creates the content of all messages that give an event.
  init(_ role: ContentProtocol.Role) {
    let roles: MessageRoles =
      switch role.isAnswer {
      case nil: .unknown
      case false?: .request
      case true?: .response
      }
    self.init(roles, of: role.content)
  }

  /// Whether such a packet may give an event; true for an event of headers.
  func allows(_ event: EventKind) -> Bool {
    event.contentRole.map { !isDisjoint(with: Self($0)) } ?? true
  }

  /// The events that such a packet may give beside those of its headers.
  var events: Set<EventKind> {
    Set(EventKind.allCases.filter { $0.contentRole != nil && allows($0) })
  }
}

extension PacketContent {
  private static let protocols = ContentProtocol.allCases

  /// Creates the content of a packet, as far as this packet alone shows it; the kernel does the same.
  init(_ headers: PacketHeaders, _ packet: RawSpan) {
    self = []
    guard let payload = headers.payload(in: packet), payload.byteCount > 0 else { return }
    for index in Self.protocols.indices where headers.mayCarry(Self.protocols[index]) {
      let content = Self.protocols[index]
      formUnion(Self(content.roles(of: payload, isStream: headers.isOfStream), of: content))
    }
  }

  /// Creates the content of all messages that may come over the transport and the ports of a packet.
  init(carriedBy headers: PacketHeaders) {
    self = []
    for index in Self.protocols.indices where headers.mayCarry(Self.protocols[index]) {
      formUnion(Self(.unknown, of: Self.protocols[index]))
    }
  }
}

extension PacketHeaders {
  /// Whether what it carries is a part of a stream.
  fileprivate var isOfStream: Bool {
    if case .tcp = transport { true } else { false }
  }
}

extension ContentProtocol {
  /// The roles that a payload shows, which is not empty.
  fileprivate func roles(of payload: RawSpan, isStream: Bool) -> MessageRoles {
    switch self {
    case .dns:
      if isStream || payload.byteCount <= 2 { return .unknown }
      return payload.byte(2) & 0x80 == 0 ? .request : .response
    case .http: return HTTPBeginning(payload).roles
    }
  }
}

extension PacketShape {
  /// Whether a packet of the shape can carry messages of a protocol.
  func carries(_ content: ContentProtocol) -> Bool {
    transportEvent.map(content.description.transports.contains) ?? false
  }
}
