// SPDX-License-Identifier: Apache-2.0

/// Values that a field of a packet, or of a message in it, never has.
enum UnlikelyContent {
  /// The structures that are the head of a message of HTTP.
  private static let heads = ["proto_http.", "http_request.", "http_response."]

  static func doubt(
    _ field: PacketField, _ text: String, _ filter: CheckedFilter
  ) -> UnlikelyValue.Doubt? {
    let path = field.rawValue
    switch field.description.type {
    case .name: return name(text, isHost: path.hasSuffix(".host"))
    case .enumeration(let enumeration) where path.hasSuffix(".typeCode"):
      return typeCode(text, enumeration)
    case .address where path == "dst" && text == "0.0.0.0":
      return .init(
        "no packet is sent to 0.0.0.0",
        help: "write 0.0.0.0/0 for every IPv4 address, and ::/0 for every IPv6 address")
    case .text where heads.contains(where: path.hasPrefix):
      switch path.split(separator: ".").last {
      case "method": return method(text)
      case "protocol": return version(text)
      case "uri_path": return target(text)
      default: return nil
      }
    default: return nil
    }
  }

  private static func name(_ text: String, isHost: Bool) -> UnlikelyValue.Doubt? {
    if let scheme = ["http://", "https://"].first(where: { text.smallLetters.hasPrefix($0) }) {
      let host = text.dropFirst(scheme.count).prefix { $0 != "/" && (isHost || $0 != ":") }
      return .init(
        "`\(text)` is a URL, not a name", replacement: host.isEmpty ? nil : String(host))
    }
    if text.hasPrefix("."), text.utf8.count > 1 {
      return .init(
        "no name begins with a dot", help: "write *\(text) for all names below it",
        replacement: "*" + text)
    }
    if let slash = text.firstIndex(of: "/") {
      let host = String(text[..<slash])
      return .init("a name has no path", replacement: host.isEmpty ? nil : host)
    }
    if !isHost, let colon = text.lastIndex(of: ":"), colon > text.startIndex,
      WholeNumber.decimal(text[text.index(after: colon)...].utf8) != nil
    {
      return .init("a name of the DNS has no port", replacement: String(text[..<colon]))
    }
    return NotAPattern.doubt(text)
  }

  private static func typeCode(_ text: String, _ enumeration: Enumeration) -> UnlikelyValue.Doubt? {
    guard let number = WholeNumber.read(text), number > 0, number < 256,
      enumeration.name(of: number << 8) != nil,
      let meant = enumeration.symbols.first(where: { symbol in
        symbol.numbers.contains { $0.contains(number << 8) }
      })?.name
    else { return nil }
    return .init(
      "\(number) is code \(number) of type 0: the number is the type times 256 plus the code",
      help: "for type \(number) write `\(meant)`", replacement: meant)
  }

  /// The methods of RFC 9110 §9.3 and RFC 5789, and those of WebDAV that are in use.
  private static let methods = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND",
    "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "PURGE",
  ]

  private static func method(_ text: String) -> UnlikelyValue.Doubt? {
    if methods.contains(text) || text.contains("*") { return nil }
    let large = text.uppercased()
    if methods.contains(large) {
      return .init("methods are compared with their case", replacement: large)
    }
    let near = Nearest.words(to: text, among: methods)
    guard let question = Nearest.question(text, among: methods) else { return nil }
    return .init(
      "`\(text)` is not a method of HTTP", help: question,
      replacement: near.count == 1 ? near[0] : nil)
  }

  private static func version(_ text: String) -> UnlikelyValue.Doubt? {
    if text.contains("*") || ["HTTP/1.0", "HTTP/1.1"].contains(text) { return nil }
    if ["HTTP/1.0", "HTTP/1.1"].contains(text.uppercased()) {
      return .init("the protocol has large letters", replacement: text.uppercased())
    }
    return .init(
      "`\(text)` is never seen: only HTTP/1.0 and HTTP/1.1 are read",
      help: "write HTTP/1.1 or HTTP/1.0")
  }

  private static func target(_ text: String) -> UnlikelyValue.Doubt? {
    guard let first = text.first, first != "/", first != "*", !text.contains(":") else {
      return nil
    }
    if first == "^" || first == "~" { return NotAPattern.doubt(text) }
    return .init("a path of HTTP begins with `/`", help: "write /\(text), or *\(text)* for a part")
  }
}
