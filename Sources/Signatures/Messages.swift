// SPDX-License-Identifier: Apache-2.0

/// A DNS message.
public struct ProtoDNS: Equatable, Sendable {
  /// All of its members.
  public let json: JSON

  /// Takes a value; nil for one that is no object.
  public init?(_ json: JSON) {
    guard case .object = json else { return nil }
    self.json = json
  }

  /// The number of the query.
  public var id: UInt16 { json.number("ID") }
  /// Whether it is a response.
  public var isResponse: Bool { json["QR"].isSet }
  /// The name of the response code.
  public var responseCode: String { json["responseCode"].text ?? "" }

  /// The questions.
  public var questions: [DNSQuestion] { json["questions"].elements.compactMap(DNSQuestion.init) }
  /// The answers.
  public var answers: [DNSRecord] { json["answers"].elements.compactMap(DNSRecord.init) }
  /// The authorities.
  public var authorities: [DNSRecord] { json["authorities"].elements.compactMap(DNSRecord.init) }
  /// The additional records.
  public var additionals: [DNSRecord] { json["additionals"].elements.compactMap(DNSRecord.init) }
}

/// A question of a DNS message.
public struct DNSQuestion: Equatable, Sendable {
  /// All of its members.
  public let json: JSON

  /// Takes a value; nil for one that is no object.
  public init?(_ json: JSON) {
    guard case .object = json else { return nil }
    self.json = json
  }

  /// The name that is asked about.
  public var name: String { json["name"].text ?? "" }
  /// The type that is asked for, such as `MX`.
  public var type: String { json["type"].text ?? "" }
}

/// A record of a DNS message: what is not of its type is empty.
public struct DNSRecord: Equatable, Sendable {
  /// All of its members.
  public let json: JSON

  /// Takes a value; nil for one that is no object.
  public init?(_ json: JSON) {
    guard case .object = json else { return nil }
    self.json = json
  }

  /// The name that it is about.
  public var name: String { json["name"].text ?? "" }
  /// Its type, such as `MX`.
  public var type: String { json["type"].text ?? "" }
  /// How long it may be kept, in s.
  public var timeToLive: UInt32 { json.number("TTL") }
  /// Of A and AAAA, the address.
  public var address: String { json["IP"].text ?? "" }
  /// Of NS, the name of the server.
  public var nameServer: String { json["NS"].text ?? "" }
  /// Of CNAME, the name.
  public var canonicalName: String { json["CNAME"].text ?? "" }
  /// Of PTR, the name.
  public var pointer: String { json["PTR"].text ?? "" }

  /// Of TXT, the texts.
  public var texts: [String] { json["TXTs"].elements.compactMap(\.text) }
  /// Of SOA, the name of the server.
  public var startServer: String { json["SOA"]["MName"].text ?? "" }
  /// Of SOA, the mailbox of who is responsible.
  public var startMailbox: String { json["SOA"]["RName"].text ?? "" }
  /// Of MX, the name of the exchange.
  public var exchange: String { json["MX"]["name"].text ?? "" }
  /// Of MX, the preference.
  public var preference: UInt16 {
    json["MX"].number("preference")
  }
  /// Of SRV, the name of the host.
  public var serviceHost: String { json["SRV"]["name"].text ?? "" }
}

/// The head of an HTTP message.
public struct ProtoHTTP: Equatable, Sendable {
  /// All of its members.
  public let json: JSON

  /// Takes a value; nil for one that is no object.
  public init?(_ json: JSON) {
    guard case .object = json else { return nil }
    self.json = json
  }

  /// `request` or `response`; empty in the arguments of single events.
  public var direction: String { json["direction"].text ?? "" }
  /// Of a request, the method.
  public var method: String { json["method"].text ?? "" }
  /// The version, such as `HTTP/1.1`.
  public var version: String { json["protocol"].text ?? "" }
  /// Of a request, the host.
  public var host: String { json["host"].text ?? "" }
  /// Of a request, the path.
  public var path: String { json["uri_path"].text ?? "" }
  /// Of a response, the status, such as `404 Not Found`.
  public var status: String { json["status"].text ?? "" }
  /// Of a response, the number of the status.
  public var statusCode: UInt16 { json.number("status_code") }

  /// The values of headers by name, as they were written.
  public var headers: [String: [String]] {
    json["headers"].members.mapValues { $0.elements.compactMap(\.text) }
  }
}
