// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// What a packet says, as far as its ports and the first bytes of its payload show.
///
/// Which events it may give beside those of its headers follows from this alone; whether it does, the message tells.
struct PacketContent: RawRepresentable, Equatable, Sendable {
  /// What is said of DNS.
  enum DNS: UInt8 {
    case none = 0
    /// A part of a stream, or a message too short to show whether it asks or answers.
    case unknown = 1
    case query = 2
    case response = 3
  }

  /// What is said of HTTP.
  enum HTTP: UInt8 {
    case none = 0
    case request = 4
    case response = 8
    /// Bytes that came before those that they go on with; no packet shows that by itself.
    case unknown = 12
  }

  let dns: DNS
  let http: HTTP

  /// Takes the number of the wire, `enum tp_content` of `tp_event.h`; nil for one that no packet has.
  init?(rawValue: UInt8) {
    guard let dns = DNS(rawValue: rawValue & UInt8(TP_CONTENT_DNS_MASK)),
      let http = HTTP(rawValue: rawValue & ~UInt8(TP_CONTENT_DNS_MASK))
    else { return nil }
    self.dns = dns
    self.http = http
  }

  /// The number of the wire.
  var rawValue: UInt8 { dns.rawValue | http.rawValue }

  /// The events that such a packet may give beside those of its headers.
  var events: Set<EventKind> {
    events(of: .dns, isUnknown: dns == .unknown, asks: dns == .query, answers: dns == .response)
      .union(
        events(
          of: .http, isUnknown: http == .unknown, asks: http == .request, answers: http == .response
        ))
  }

  private func events(
    of content: ContentProtocol, isUnknown: Bool, asks: Bool, answers: Bool
  ) -> Set<EventKind> {
    let row = content.description
    if isUnknown { return Set(row.events) }
    if asks { return [row.message, row.request] }
    return answers ? [row.message, row.response] : []
  }
}

extension PacketContent {
  /// Looks at a packet as the kernel does.
  init(_ headers: PacketHeaders, _ packet: RawSpan) {
    guard let payload = headers.payload(in: packet), payload.byteCount > 0 else {
      (dns, http) = (.none, .none)
      return
    }
    dns = headers.hasPortOfDNS ? DNS(payload, headers.transport) : .none
    http = HTTP(payload, headers.transport)
  }
}

extension PacketContent.DNS {
  fileprivate init(_ payload: RawSpan, _ transport: PacketHeaders.Transport) {
    guard case .udp = transport, payload.byteCount > 2 else {
      self = .unknown
      return
    }
    self = payload.byte(2) & 0x80 == 0 ? .query : .response
  }
}

extension PacketContent.HTTP {
  fileprivate init(_ payload: RawSpan, _ transport: PacketHeaders.Transport) {
    guard case .tcp = transport else {
      self = .none
      return
    }
    self = HTTPBeginning(payload).sort
  }
}

extension PacketShape {
  /// Whether a packet of the shape can carry messages of a protocol.
  func carries(_ content: ContentProtocol) -> Bool {
    transportEvent.map(content.description.transports.contains) ?? false
  }
}
