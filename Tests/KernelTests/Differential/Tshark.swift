// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import TestSupport
import Testing

/// What Wireshark says of the packets of a recording.
struct Tshark {
  /// For each packet, the values of each field, by its name.
  let packets: [[String: [String]]]

  /// Fields that are asked for beside those of the table.
  private static let others =
    ["icmp.code", "icmpv6.code", "frame.protocols", "dns.resp.ext_rcode"]
    + ["dns.flags.response"] + namesInUpdates.values.sorted()
  /// What Wireshark calls the counts of an update of DNS (RFC 2136).
  private static let namesInUpdates = [
    "dns.count.queries": "dns.count.zones", "dns.count.answers": "dns.count.prerequisites",
    "dns.count.auth_rr": "dns.count.updates",
  ]
  /// Bytes that no value has.
  private static let (between, among) = ("\u{1}", "\u{2}")

  /// Reads a recording.
  init(_ path: String) async throws {
    let names = Array(Set(TsharkField.all.map(\.name) + Self.others))
    let output = try await run(
      ["tshark", "-r", path, "-n", "-T", "fields", "-E", "separator=\(Self.between)"]
        + ["-E", "aggregator=\(Self.among)", "-E", "occurrence=a"]
        + ["-o", "http.desegment_body:FALSE", "-o", "ip.defragment:FALSE"]
        + ["-o", "ipv6.defragment:FALSE"] + names.flatMap { ["-e", $0] })
    packets = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      let values = $0.components(separatedBy: Self.between).map { value in
        value.isEmpty ? [] : value.components(separatedBy: Self.among)
      }
      return Dictionary(uniqueKeysWithValues: zip(names, values))
    }
  }

  /// The values of a field in the words of an event; nil when the packet that they belong to is quoted in another.
  func values(of field: TsharkField, in packet: [String: [String]]) -> [String]? {
    let layers = packet["frame.protocols"]?.first ?? ""
    var raw = packet[field.name] ?? []
    if raw.isEmpty, let name = Self.namesInUpdates[field.name] { raw = packet[name] ?? [] }
    // Wireshark gives IPv6 the version of both.
    if field.name == "ip.version" { raw.removeAll { $0 == "6" } }
    let isIP = field.name.hasPrefix("ip")
    if layers.contains(":icmp"), !field.name.hasPrefix("icmp"), !isIP { return nil }
    // Of an error of ICMP the first is that of the packet itself, and the second that of the one that it quotes.
    let own = isIP || field.name.hasPrefix("icmp") ? Array(raw.prefix(1)) : raw
    if field.isOptional, own.isEmpty { return nil }
    if let isResponse = field.isResponse {
      guard let flag = packet["dns.flags.response"]?.first else { return [] }
      if Self.isSet(flag) != isResponse { return nil }
    }
    switch field.form {
    case .same: return own.map { $0.hasPrefix("0x") ? Self.number($0) : $0 }
    case .words: return own.map { String((Int($0) ?? 0) / 4) }
    case .flag: return own.isEmpty ? ["0"] : own.map { Self.isSet($0) ? "1" : "0" }
    case .bits(let mask):
      return own.map {
        String(((UInt16(Self.number($0)) ?? 0) & mask) >> mask.trailingZeroBitCount)
      }
    case .responseCode:
      let upper = Int(Self.number(packet["dns.resp.ext_rcode"]?.first ?? "0")) ?? 0
      let code = upper << 4 | (Int(Self.number(own.first ?? "0")) ?? 0)
      return [Self.name(of: String(code), as: field)]
    case .option: return own.map { Self.options[$0] ?? $0 }
    case .octets: return own.map(Self.text)
    case .named: return own.map { Self.name(of: Self.number($0), as: field) }
    case .typeAndCode:
      let code = packet[field.name.replacing(".type", with: ".code")]?.first ?? "0"
      return own.map { Self.name(ofType: Int($0) ?? 0, code: Int(code) ?? 0, as: field) }
    case .domain: return own.map { $0 == "<Root>" ? "" : $0 }
    case .target:
      if packet["http.request.method"] == ["CONNECT"] { return [""] }
      return own.map {
        $0.replacing(/^http:\/\/[^\/]*/, with: "").prefix { $0 != "?" }.removingPercentEncoding
          ?? ""
      }
    case .reason: return own.map { "\(packet["http.response.code"]?.first ?? "") \($0)" }
    case .line:
      return own.map { line in
        let parts = line.replacing("\\r\\n", with: "").split(separator: ":", maxSplits: 1)
        let value = parts.dropFirst().joined().trimmingCharacters(in: .whitespaces)
        return "\((parts.first ?? "").lowercased()): \(value)"
      }.filter { !$0.hasPrefix("host: ") }.sorted()
    }
  }

  /// The name that the catalog gives a number of a field.
  private static func name(of number: String, as field: TsharkField) -> String {
    let path = field.path.replacing("[]", with: "").replacing(".records.", with: ".answers.")
    guard case .enumeration(let names) = PacketField(rawValue: path)?.description.type,
      let value = UInt64(number)
    else { return number }
    return names.name(of: value) ?? number
  }

  /// The name of a message of ICMP: that of its type and code, that of its type and the code in numbers, or both in numbers.
  private static func name(ofType type: Int, code: Int, as field: TsharkField) -> String {
    let number = String(type << 8 | code)
    let name = name(of: number, as: field)
    if name == number { return "\(type)(\(code))" }
    let isOfAnyCode = name == Self.name(of: String(type << 8 | 0xff), as: field)
    return isOfAnyCode && code != 0 ? "\(name)(Code: \(code))" : name
  }

  private static func isSet(_ flag: String) -> Bool { flag == "1" || flag == "True" }

  /// Names of options (the IANA registry of DNS EDNS0 option codes).
  private static let options = [
    "3": "NSID", "8": "EDNSClientSubnet", "10": "Cookie", "11": "EDNSKeepAlive", "12": "Padding",
    "15": "ExtendedDNSError",
  ]

  /// Bytes that are in hexadecimal, as text when they are printable.
  private static func text(_ hexadecimal: String) -> String {
    let digits = Array(hexadecimal.utf8)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
    let isPrintable = bytes.allSatisfy { (0x20...0x7e).contains($0) }
    return isPrintable ? String(decoding: bytes, as: UTF8.self) : hexadecimal
  }

  private static func number(_ text: String) -> String {
    guard text.hasPrefix("0x") else { return text }
    return UInt64(text.dropFirst(2), radix: 16).map(String.init) ?? text
  }
}

extension TracedEvent {
  /// The values of a field, as texts.
  func values(of field: TsharkField) -> [String] {
    let names = field.path.split(separator: ".").map(String.init)
    var values: [TestSupport.JSONValue] = []
    for (depth, name) in names.enumerated() {
      if depth == 0 {
        let argument = arguments[name.replacing("[]", with: "")]
        values = name.hasSuffix("[]") ? argument?.elements ?? [] : argument.map { [$0] } ?? []
      } else if name == "records[]" {
        values = ["answers", "authorities", "additionals"].flatMap { section in
          values.flatMap { $0[section]?.elements ?? [] }
        }.filter { field.holds($0) }
      } else if name.hasSuffix("[]") {
        values = values.flatMap { $0[String(name.dropLast(2))]?.elements ?? [] }
      } else {
        values = values.compactMap { $0[name] }
      }
    }
    guard case .line = field.form else { return values.map(\.shown) }
    return values.flatMap { headers in
      (headers.keys ?? []).flatMap { name in
        (headers[name]?.elements ?? []).map { "\(name.lowercased()): \($0.string ?? "")" }
      }
    }.sorted()
  }
}

extension Tshark {
  /// Expects that each event says what Wireshark says of its packet, field by field.
  ///
  /// - Parameters:
  ///   - ours: the events of each packet, by its place.
  ///   - events: whose every field of the table must be in some packet.
  func expectSame(
    _ ours: [Int: [TracedEvent]], everyFieldOf events: Set<String>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var missing = Set(
      TsharkField.all.filter { events.contains($0.event) }.map { "\($0.name) \($0.path)" })
    for (place, packet) in packets.enumerated() {
      for field in TsharkField.all {
        guard let expected = values(of: field, in: packet) else { continue }
        let events = (ours[place] ?? []).filter { $0.name == field.event }
        if events.isEmpty, field.isAssumed { continue }
        let actual = events.flatMap { $0.values(of: field) }
        if !actual.isEmpty { missing.remove("\(field.name) \(field.path)") }
        let isOfEach = field.isAssumed && expected.count == 1
        #expect(
          actual == (isOfEach ? events.flatMap { _ in expected } : expected),
          "\(field.name) of packet \(place + 1)",
          sourceLocation: sourceLocation)
      }
    }
    #expect(missing == [], "nothing to compare", sourceLocation: sourceLocation)
  }
}

extension TsharkField {
  /// Whether there is a value where Wireshark shows none.
  fileprivate var isAssumed: Bool {
    switch form {
    case .flag, .responseCode: true
    default: false
    }
  }

  /// Whether a record has the field: it is of such a type, and has data if the field is of these.
  fileprivate func holds(_ record: TestSupport.JSONValue) -> Bool {
    guard let recordType else { return true }
    let type = record["type"]?.string ?? ""
    if recordType.hasPrefix("!") { return type != recordType.dropFirst() }
    let data = (record.keys ?? []).filter { !["name", "type", "class", "TTL"].contains($0) }
    return type == recordType && !data.allSatisfy { record[$0]?.isBlank ?? true }
  }
}

extension TestSupport.JSONValue {
  /// Whether it is what a member is that does not belong to a record.
  fileprivate var isBlank: Bool {
    switch self {
    case .null, .string(""), .number("0"), .array([]): true
    case .object(let members): members.allSatisfy { $0.value.isBlank }
    default: false
    }
  }

  fileprivate var shown: String {
    switch self {
    case .string(let text), .number(let text): text
    default: "\(self)"
    }
  }
}
