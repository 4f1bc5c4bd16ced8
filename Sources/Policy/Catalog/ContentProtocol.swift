// SPDX-License-Identifier: Apache-2.0

/// A protocol whose messages packets carry, each with a row in ``description``: the one place that says over what it
/// comes and which events it gives.
public enum ContentProtocol: UInt8, CaseIterable, Sendable {
  case dns
  case http

  /// What is known of a protocol before a message is read.
  public struct Description: Sendable {
    /// The events of the transports that carry it.
    public let transports: Set<EventKind>
    /// The ports of which a packet has one as its source or its destination.
    ///
    /// By the event of the transport; a transport that is missing may use any port.
    public let ports: [EventKind: Set<UInt16>]
    /// The event that each message gives.
    public let message: EventKind
    /// The event that a message which asks gives besides.
    public let request: EventKind
    /// The event that a message which answers gives besides.
    public let response: EventKind

    /// All events of the protocol, in the order of their numbers.
    public var events: [EventKind] { [message, request, response] }
  }

  /// The row of the protocol.
  public var description: Description { Self.descriptions[Int(rawValue)] }

  private static let descriptions = allCases.map(\.row)

  /// DNS uses port 53, and over UDP also those of multicast DNS (RFC 6762) and LLMNR (RFC 4795).
  private var row: Description {
    switch self {
    case .dns:
      Description(
        transports: [.tcp, .udp], ports: [.tcp: [53], .udp: [53, 5353, 5355]], message: .dns,
        request: .dnsRequest, response: .dnsResponse)
    case .http:
      Description(
        transports: [.tcp], ports: [:], message: .http, request: .httpRequest,
        response: .httpResponse)
    }
  }

  /// What an event asks of a message.
  public struct Role: Sendable {
    /// The protocol of the message.
    public let content: ContentProtocol
    /// Whether only messages that answer give the event; nil when all do.
    public let isAnswer: Bool?
  }

  /// What each event asks, by ``EventKind/index``.
  fileprivate static let roles = EventKind.allCases.map { kind in
    allCases.lazy.compactMap { $0.role(of: kind) }.first
  }

  private func role(of kind: EventKind) -> Role? {
    switch kind {
    case description.message: Role(content: self, isAnswer: nil)
    case description.request: Role(content: self, isAnswer: false)
    case description.response: Role(content: self, isAnswer: true)
    default: nil
    }
  }
}

extension EventKind {
  /// What the event asks of a message; nil for an event of headers.
  public var contentRole: ContentProtocol.Role? { ContentProtocol.roles[index] }

  /// The protocol that the packet's payload must speak; nil for an event of headers.
  public var contentProtocol: ContentProtocol? { contentRole?.content }
}
