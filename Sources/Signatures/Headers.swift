// SPDX-License-Identifier: Apache-2.0

/// The views read what the tracer wrote; a member that is not there is 0, empty or false. Source: `docs/event-json.md`.

/// An IPv4 header.
public struct ProtoIPv4: Equatable, Sendable {
  /// All of its members.
  public let json: JSON

  /// Takes a value; nil for one that is no object.
  public init?(_ json: JSON) {
    guard case .object = json else { return nil }
    self.json = json
  }

  /// 4.
  public var version: UInt8 { json.number("version") }
  /// The length of the header in words of four bytes.
  public var headerWords: UInt8 { json.number("IHL") }
  /// The length of the packet.
  public var length: UInt16 { json.number("length") }
  /// The time to live.
  public var timeToLive: UInt8 { json.number("TTL") }
  /// The name of the protocol above.
  public var transport: String { json["protocol"].text ?? "" }
  /// The address that it comes from.
  public var source: String { json["srcIP"].text ?? "" }
  /// The address that it goes to.
  public var destination: String { json["dstIP"].text ?? "" }
}

/// An IPv6 header.
public struct ProtoIPv6: Equatable, Sendable {
  /// All of its members.
  public let json: JSON

  /// Takes a value; nil for one that is no object.
  public init?(_ json: JSON) {
    guard case .object = json else { return nil }
    self.json = json
  }

  /// 6.
  public var version: UInt8 { json.number("version") }
  /// The length of the payload.
  public var length: UInt16 { json.number("length") }
  /// The name of the header that follows.
  public var nextHeader: String { json["nextHeader"].text ?? "" }
  /// The hop limit.
  public var hopLimit: UInt8 { json.number("hopLimit") }
  /// The address that it comes from.
  public var source: String { json["srcIP"].text ?? "" }
  /// The address that it goes to.
  public var destination: String { json["dstIP"].text ?? "" }
}

/// A TCP header.
public struct ProtoTCP: Equatable, Sendable {
  /// All of its members.
  public let json: JSON

  /// Takes a value; nil for one that is no object.
  public init?(_ json: JSON) {
    guard case .object = json else { return nil }
    self.json = json
  }

  /// The port that it comes from.
  public var sourcePort: UInt16 { json.number("srcPort") }
  /// The port that it goes to.
  public var destinationPort: UInt16 {
    json.number("dstPort")
  }
  /// The sequence number.
  public var sequence: UInt32 { json.number("seq") }
  /// The acknowledgement number.
  public var acknowledgement: UInt32 { json.number("ack") }
  /// The flag FIN.
  public var isFIN: Bool { json["FIN"].isSet }
  /// The flag SYN.
  public var isSYN: Bool { json["SYN"].isSet }
  /// The flag RST.
  public var isRST: Bool { json["RST"].isSet }
  /// The flag PSH.
  public var isPSH: Bool { json["PSH"].isSet }
  /// The flag ACK.
  public var isACK: Bool { json["ACK"].isSet }
  /// The flag URG.
  public var isURG: Bool { json["URG"].isSet }
  /// The window.
  public var window: UInt16 { json.number("window") }
}

/// A UDP header.
public struct ProtoUDP: Equatable, Sendable {
  /// All of its members.
  public let json: JSON

  /// Takes a value; nil for one that is no object.
  public init?(_ json: JSON) {
    guard case .object = json else { return nil }
    self.json = json
  }

  /// The port that it comes from.
  public var sourcePort: UInt16 { json.number("srcPort") }
  /// The port that it goes to.
  public var destinationPort: UInt16 {
    json.number("dstPort")
  }
  /// The length with the header.
  public var length: UInt16 { json.number("length") }
}

/// An ICMP or ICMPv6 header.
public struct ProtoICMP: Equatable, Sendable {
  /// All of its members.
  public let json: JSON

  /// Takes a value; nil for one that is no object.
  public init?(_ json: JSON) {
    guard case .object = json else { return nil }
    self.json = json
  }

  /// The name of its type and code, such as `EchoReply`.
  public var typeCode: String { json["typeCode"].text ?? "" }
  /// The identifier; 0 for ICMPv6.
  public var id: UInt16 { json.number("id") }
  /// The sequence number; 0 for ICMPv6.
  public var sequence: UInt16 { json.number("seq") }
}
