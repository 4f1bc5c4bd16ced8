import Foundation
import Policy
import TestSupport

/// What Wireshark says of the packets of a recording.
struct Tshark {
  /// For each packet, the values of each field, by its name.
  let packets: [[String: [String]]]

  /// Fields that are asked for beside those of the table.
  private static let others =
    ["icmp.code", "icmpv6.code", "frame.protocols"] + namesInUpdates.values.sorted()
  /// What Wireshark calls the counts of an update of DNS (RFC 2136).
  private static let namesInUpdates = [
    "dns.count.queries": "dns.count.zones", "dns.count.answers": "dns.count.prerequisites",
    "dns.count.auth_rr": "dns.count.updates",
  ]
  /// Bytes that no value has.
  private static let (between, among) = ("\u{1}", "\u{2}")

  /// Reads a recording.
  init(_ recording: WireRecording) async throws {
    let names = TsharkField.all.map(\.name) + Self.others
    let output = try await run(
      ["tshark", "-r", recording.path, "-n", "-T", "fields", "-E", "separator=\(Self.between)"]
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
    switch field.form {
    case .same: return own.map { $0.hasPrefix("0x") ? Self.number($0) : $0 }
    case .words: return own.map { String((Int($0) ?? 0) / 4) }
    case .flag: return [own.first == "1" || own.first == "True" ? "1" : "0"]
    case .named: return own.map { Self.name(of: Self.number($0), as: field) }
    case .typeAndCode:
      let code = packet[field.name.replacing(".type", with: ".code")]?.first ?? "0"
      return own.map { Self.name(of: String((Int($0) ?? 0) << 8 | (Int(code) ?? 0)), as: field) }
    case .domain: return own.map { $0 == "<Root>" ? "" : $0 }
    case .target:
      return own.map { $0.prefix { $0 != "?" }.removingPercentEncoding ?? "" }
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
    return names.name(of: value) ?? "Unknown"
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
    var values = arguments[names[0]].map { [$0] } ?? []
    for name in names.dropFirst() {
      if name == "records[]" {
        values = ["answers", "authorities", "additionals"].flatMap { section in
          values.flatMap { $0[section]?.elements ?? [] }
        }.filter { field.holds($0["type"]?.string ?? "") }
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

extension TsharkField {
  /// Whether records of a type have the field.
  fileprivate func holds(_ type: String) -> Bool {
    guard let recordType else { return true }
    return recordType.hasPrefix("!") ? type != recordType.dropFirst() : type == recordType
  }
}

extension TestSupport.JSONValue {
  fileprivate var shown: String {
    switch self {
    case .string(let text), .number(let text): text
    default: "\(self)"
    }
  }
}
