// SPDX-License-Identifier: Apache-2.0

/// What a written packet carries after its headers: a message of DNS or HTTP, nothing of either, or whatever.
///
/// Source: `docs/cli.md`.
struct ContentExpression: Equatable, Sendable {
  /// A word that states the content.
  enum Word: String, CaseIterable {
    case none = "no-content"
    case dnsRequest = "dns-request"
    case dnsResponse = "dns-response"
    case httpRequest = "http-request"
    case httpResponse = "http-response"

    fileprivate var events: [EventKind] {
      switch self {
      case .none: []
      case .dnsRequest: [.dns, .dnsRequest]
      case .dnsResponse: [.dns, .dnsResponse]
      case .httpRequest: [.http, .httpRequest]
      case .httpResponse: [.http, .httpResponse]
      }
    }

    fileprivate var isResponse: Bool { self == .dnsResponse || self == .httpResponse }
    fileprivate var isDNS: Bool { self == .dnsRequest || self == .dnsResponse }
  }

  /// What the words and fields state; nil when they state nothing.
  private(set) var word: Word?

  /// Takes a word.
  mutating func add(_ other: Word) throws(ExpressionFault) {
    guard word == nil || word == other else {
      throw ExpressionFault("`\(other.rawValue)` contradicts the rest of the packet")
    }
    word = other
  }

  /// Takes the fields that are told, and completes what follows from them.
  ///
  /// A message of DNS or HTTP is a request unless a field is told that only a response has.
  mutating func complete(_ packet: inout Packet) throws(ExpressionFault) {
    let keys = packet.fields.keys.map(\.rawValue)
    let dns = keys.filter { $0.hasPrefix("proto_dns.") || $0.hasPrefix("dns_") }
    let http = keys.filter { $0.hasPrefix("proto_http.") || $0.hasPrefix("http_") }
    if !dns.isEmpty, !http.isEmpty {
      throw ExpressionFault("a packet carries a message of DNS or of HTTP, not both")
    }
    if !dns.isEmpty { try add(dnsWord(of: dns, packet)) }
    if !http.isEmpty { try add(httpWord(of: http)) }
    guard let word else { return }
    packet.events.formUnion(word.events)
    switch word {
    case .none: break
    case .dnsRequest, .dnsResponse:
      if try !Self.set("proto_dns.QR", word.isResponse ? 1 : 0, in: &packet) {
        throw ExpressionFault("`data.proto_dns.QR` contradicts the rest of the packet")
      }
      Self.join(Self.dnsNames(isResponse: word.isResponse), in: &packet)
    case .httpRequest, .httpResponse:
      if try !Self.set("proto_http.direction", word.isResponse ? 1 : 0, in: &packet) {
        throw ExpressionFault("`data.proto_http.direction` contradicts the rest of the packet")
      }
      Self.join(Self.httpNames(isResponse: word.isResponse), in: &packet)
      for name in word.isResponse ? ["method", "host", "uri_path"] : ["status", "status_code"] {
        guard let field = PacketField(rawValue: "proto_http." + name) else { continue }
        if packet.fields[field]?.isEmpty == false {
          throw ExpressionFault("`\(field.key)` contradicts the rest of the packet")
        }
        packet.fields[field] = []
      }
    }
  }

  private func dnsWord(of keys: [String], _ packet: Packet) -> Word {
    let flag = PacketField(rawValue: "proto_dns.QR").flatMap { packet.fields[$0] }
    let ofResponses = ["dns_response.", "proto_dns.answers.", "proto_dns.authorities."]
    let isResponse =
      flag == [.number(1)]
      || flag == nil
        && keys.contains { key in
          ofResponses.contains { key.hasPrefix($0) }
            && PacketField(rawValue: key).map { packet.fields[$0]?.isEmpty == false } ?? false
        }
    return isResponse || word == .dnsResponse ? .dnsResponse : .dnsRequest
  }

  private func httpWord(of keys: [String]) -> Word {
    let ofResponses = ["http_response.", "proto_http.status"]
    let isResponse = keys.contains { key in ofResponses.contains { key.hasPrefix($0) } }
    return isResponse || word == .httpResponse ? .httpResponse : .httpRequest
  }

  /// Sets a number unless it is told; returns whether it is the number that was told.
  private static func set(
    _ path: String, _ number: UInt64, in packet: inout Packet
  ) throws(ExpressionFault) -> Bool {
    guard let field = PacketField(rawValue: path) else { return true }
    if let told = packet.fields[field] { return told == [.number(number)] }
    packet.fields[field] = [.number(number)]
    return true
  }

  /// Gives each field of a pair what the other one is told to have.
  private static func join(_ pairs: [(String, String)], in packet: inout Packet) {
    for (a, b) in pairs {
      guard let a = PacketField(rawValue: a), let b = PacketField(rawValue: b) else { continue }
      if let values = packet.fields[a], packet.fields[b] == nil { packet.fields[b] = values }
      if let values = packet.fields[b], packet.fields[a] == nil { packet.fields[a] = values }
    }
  }

  private static func dnsNames(isResponse: Bool) -> [(String, String)] {
    let queries = isResponse ? "dns_response.query_data." : "dns_questions."
    return [("name", "query"), ("type", "query_type"), ("class", "query_class")].map {
      ("proto_dns.questions." + $0.0, queries + $0.1)
    }
      + (isResponse
        ? [("type", "answer_type"), ("TTL", "ttl")].map {
          ("proto_dns.answers." + $0.0, "dns_response.dns_answer." + $0.1)
        } : [])
  }

  private static func httpNames(isResponse: Bool) -> [(String, String)] {
    let own = isResponse ? ["status", "status_code"] : ["method", "host", "uri_path"]
    return (own + ["protocol", "headers", "content_length"]).map {
      ("proto_http." + $0, (isResponse ? "http_response." : "http_request.") + $0)
    }
  }
}
