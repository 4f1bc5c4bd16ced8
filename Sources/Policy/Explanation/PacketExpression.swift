// SPDX-License-Identifier: Apache-2.0

/// A packet as written on the command line: `egress tcp 10.0.0.5:40000 > 1.1.1.1:443 SYN`.
///
/// Source: `docs/cli.md`.
public struct PacketExpression: Equatable, Sendable {
  /// The packet as written on the command line.
  public let text: String
  /// The packet with the given fields; a field that is missing may have any value that such a packet can have.
  public private(set) var packet: Packet
  /// What the packet is written to carry.
  private var content = ContentExpression()
  /// Whether the fields of the packet are all that it has.
  let isWhole: Bool

  private enum Kind: String, CaseIterable {
    case tcp, udp, icmp, icmp6, ip

    /// The protocol number in the IP header; nil if it may be any.
    var number: UInt64? {
      switch self {
      case .icmp: 1
      case .tcp: 6
      case .udp: 17
      case .icmp6: 58
      case .ip: nil
      }
    }

    func event() -> EventKind? {
      switch self {
      case .tcp: .tcp
      case .udp: .udp
      case .icmp: .icmp
      case .icmp6: .icmpv6
      case .ip: nil
      }
    }
  }

  private static let form =
    "write DIRECTION PROTOCOL FROM > TO, such as "
    + "egress tcp 10.0.0.5:40000 > 1.1.1.1:443"
  static let flags = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "NS"]

  /// Parses a packet: direction, protocol, endpoints, then TCP flags and fields with values.
  ///
  /// - Throws: the reason why the text is not a valid packet.
  public init(_ text: String) throws(ExpressionFault) {
    self.text = text
    isWhole = false
    packet = Packet(events: [], fields: [.returnValue: [.signed(0)]])
    let words = try ExpressionFault.words(of: text)
    guard words.count >= 5, words[3] == ">" else {
      throw ExpressionFault("the packet is incomplete", help: Self.form)
    }
    guard let direction = ["ingress", "egress"].firstIndex(of: words[0]) else {
      throw .unknown(words[0], "a direction", among: ["ingress", "egress"])
    }
    guard let kind = Kind(rawValue: words[1] == "icmpv6" ? "icmp6" : words[1]) else {
      throw .unknown(words[1], "a protocol", among: Kind.allCases.map(\.rawValue))
    }
    let hasPorts = kind == .tcp || kind == .udp
    let source = try Self.endpoint(words[2], hasPort: hasPorts)
    let destination = try Self.endpoint(words[4], hasPort: hasPorts)
    let isIPv4 = source.address.ipv4 != nil
    guard isIPv4 == (destination.address.ipv4 != nil) else {
      throw ExpressionFault("one address is IPv4 and the other IPv6")
    }
    guard kind != (isIPv4 ? .icmp6 : .icmp) else {
      throw ExpressionFault("\(kind) cannot be sent over IPv\(isIPv4 ? 4 : 6)")
    }
    packet.events = Set([isIPv4 ? .ipv4 : .ipv6, kind.event()].compactMap { $0 })
    set(.direction, .number(UInt64(direction)))
    let header = isIPv4 ? "proto_ipv4" : "proto_ipv6"
    set("\(header).version", .number(isIPv4 ? 4 : 6))
    if isIPv4, let number = kind.number { set("\(header).protocol", .number(number)) }
    for (name, end, address, port) in [
      ("src", source, PacketField.source, PacketField.sourcePort),
      ("dst", destination, .destination, .destinationPort),
    ] {
      set(address, .address(end.address))
      set("\(header).\(name)IP", .address(end.address))
      if let number = end.port {
        set(port, .number(number))
        set("proto_\(kind.rawValue).\(name)Port", .number(number))
        set("metadata.\(name)_port", .number(number))
      }
      if hasPorts { set("metadata.\(name)_ip", .address(end.address)) }
    }
    if hasPorts, let number = kind.number { set("metadata.protocol", .number(number)) }
    for word in words[5...] { try add(word, kind) }
    try content.complete(&packet)
    if let event = packet.events.first(where: { $0.contentProtocol != nil && !mayCarry($0) }) {
      throw ExpressionFault(
        "such a packet carries no message of \(event.name)",
        help: "HTTP goes over tcp, DNS over a port of 53, or with udp 5353 or 5355")
    }
  }

  /// Creates the expression of a packet whose fields are all that it has; its text is empty.
  public init(whole packet: Packet) {
    text = ""
    isWhole = true
    self.packet = packet
  }

  /// Whether it is told what the packet carries after its headers, if only that this is nothing.
  public var statesContent: Bool { isWhole || content.word != nil }

  /// Whether the packet gives an event, or may give it by what it was not told to carry.
  func mayGive(_ event: EventKind) -> Bool {
    packet.events.contains(event) || !statesContent && packet.mayGive(event)
  }

  /// Whether such a packet may have a value in a field of which nothing is told.
  func mayHave(_ field: PacketField) -> Bool {
    !isWhole && packet.fields[field] == nil && field.description.events.contains(where: mayGive)
  }

  /// The keys of all fields that such a packet may have.
  private var knownKeys: [String] {
    PacketField.allCases.filter { $0.description.events.contains(where: packet.mayGive) }
      .map(\.key).sorted()
  }

  private func mayCarry(_ event: EventKind) -> Bool {
    var bare = packet
    bare.events = bare.events.filter { $0.contentProtocol == nil }
    return bare.mayGive(event)
  }

  private mutating func set(_ field: PacketField, _ value: FieldValue) {
    packet.fields[field] = [value]
  }

  private mutating func set(_ path: String, _ value: FieldValue) {
    if let field = PacketField(rawValue: path) { set(field, value) }
  }

  /// Adds a TCP flag, or a field with its value.
  private mutating func add(_ word: String, _ kind: Kind) throws(ExpressionFault) {
    if word.hasPrefix("!") { return try addAbsence(String(word.dropFirst())) }
    if let word = ContentExpression.Word(rawValue: word) { return try content.add(word) }
    guard let sign = word.firstIndex(of: "=") else {
      let named = Self.flags.contains(word) ? [word] : Self.flags(ofLetters: word)
      guard kind == .tcp, let named else {
        throw .unknown(
          word, kind == .tcp ? "a flag or KEY=VALUE" : "KEY=VALUE",
          among: kind == .tcp ? Self.flags : ["data.proto_ipv4.TTL=64"])
      }
      // If one flag is given, all flags that are not given are 0.
      for flag in Self.flags {
        let isSet = named.contains(flag) || has(flag)
        set("proto_tcp.\(flag)", .number(isSet ? 1 : 0))
      }
      return
    }
    let key = String(word[..<sign])
    guard let (field, member) = PacketField.find(key) else {
      throw .unknown(key, "a field of this packet", among: knownKeys)
    }
    guard field.description.events.contains(where: packet.mayGive) else {
      throw ExpressionFault("this packet cannot have `\(key)`")
    }
    let value = try field.description.type.value(String(word[sign...].dropFirst()), of: key)
    if let member, case .text(let text) = value {
      packet.fields[field, default: []].append(.member(member, text))
    } else if field.description.isList {
      packet.fields[field, default: []].append(value)
    } else {
      set(field, value)
    }
  }

  /// Takes a field that the packet has not.
  private mutating func addAbsence(_ key: String) throws(ExpressionFault) {
    guard let field = PacketField(key: key) ?? PacketField.find(key)?.field else {
      throw .unknown(key, "a field of this packet", among: knownKeys)
    }
    guard field.headerBits == nil, field.commonField == nil,
      ![.source, .destination, .sourcePort, .destinationPort, .direction].contains(field)
    else { throw ExpressionFault("every such packet has `\(key)`") }
    guard field.description.events.contains(where: packet.mayGive) else {
      throw ExpressionFault("such a packet has no `\(key)`", help: "leave it out")
    }
    if packet.fields[field] == nil { packet.fields[field] = [] }
  }

  /// Returns the flags that a word stands for as the table prints them: `S.`, or `none`; nil if it has other letters.
  private static func flags(ofLetters word: String) -> [String]? {
    if word == "none" { return [] }
    let names: [Character: String] = [
      "F": "FIN", "S": "SYN", "R": "RST", "P": "PSH", ".": "ACK", "U": "URG", "E": "ECE",
      "W": "CWR", "e": "NS",
    ]
    let flags = word.compactMap { names[$0] }
    return flags.count == word.count ? flags : nil
  }

  private func has(_ flag: String) -> Bool {
    PacketField(rawValue: "proto_tcp.\(flag)").flatMap { packet.fields[$0] } == [.number(1)]
  }

  /// Parses an address with an optional port: `10.0.0.5:443`, `[fd00::1]:443`, `fd00::1`.
  static func endpoint(
    _ word: String, hasPort: Bool
  ) throws(ExpressionFault) -> (address: IPAddress, port: UInt64?) {
    var address = word[...]
    var port: Substring?
    if word.hasPrefix("[") {
      guard let end = word.firstIndex(of: "]") else {
        throw ExpressionFault("`\(word)` has no `]`")
      }
      address = word[word.index(after: word.startIndex)..<end]
      let rest = word[word.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else {
        throw ExpressionFault("`\(word)` is not an address", help: "write [fd00::1]:443")
      }
      port = rest.isEmpty ? nil : rest.dropFirst()
    } else if let colon = word.firstIndex(of: ":"), colon == word.lastIndex(of: ":") {
      address = word[..<colon]
      port = word[word.index(after: colon)...]
    }
    guard let parsed = IPAddress(String(address)) else {
      throw ExpressionFault(
        "`\(word)` is not an address",
        help: "write 10.0.0.5:443, [fd00::1]:443, or an address alone")
    }
    guard let port else { return (parsed, nil) }
    guard hasPort else { throw ExpressionFault("only tcp and udp have ports, not `\(word)`") }
    guard let number = UInt16(port), port.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw ExpressionFault("`\(port)` is not a port", help: "ports range from 0 to 65535")
    }
    return (parsed, UInt64(number))
  }
}

extension Packet {
  /// Returns whether the packet gives an event, or may give it depending on its payload.
  ///
  /// A port that is not known may be any.
  func mayGive(_ event: EventKind) -> Bool {
    if events.contains(event) { return true }
    guard let content = event.contentProtocol?.description,
      let transport = content.transports.first(where: events.contains)
    else { return false }
    guard let ports = content.ports[transport] else { return true }
    return [PacketField.sourcePort, .destinationPort].contains { field in
      guard let values = fields[field] else { return true }
      return values.contains {
        guard case .number(let port) = $0 else { return false }
        return ports.contains(UInt16(truncatingIfNeeded: port))
      }
    }
  }
}
