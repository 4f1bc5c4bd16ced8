// SPDX-License-Identifier: Apache-2.0

/// A text that is not JSON.
public struct MalformedJSON: Error, CustomStringConvertible {
  /// What was expected and where.
  public let description: String
}

extension JSONValue {
  /// Reads one value as RFC 8259 has it, in UTF-8.
  ///
  /// Blanks between its parts are refused, and so is a key that stands twice in an object.
  public init(parsing bytes: [UInt8]) throws {
    var parser = JSONParser(bytes: bytes)
    self = try parser.value(depth: 0)
    try parser.end()
  }
}

private struct JSONParser {
  private let bytes: [UInt8]
  private var place = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func value(depth: Int) throws -> JSONValue {
    guard depth < 64 else { throw unexpected("less depth") }
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  func end() throws {
    guard place == bytes.count else { throw unexpected("the end") }
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func unexpected(_ wanted: String) -> MalformedJSON {
    let rest = String(decoding: bytes[place...].prefix(40), as: UTF8.self)
    return MalformedJSON(description: "\(wanted) expected at byte \(place): \(rest)")
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else { throw unexpected("“\(character)”") }
  }

  private mutating func object(depth: Int) throws -> JSONValue {
    var members: [JSONValue.Member] = []
    try expect("{")
    if take("}") { return .object([]) }
    repeat {
      let key = try string()
      guard !members.contains(where: { $0.key == key }) else {
        throw unexpected("another key than \(key)")
      }
      try expect(":")
      members.append(JSONValue.Member(key: key, value: try value(depth: depth + 1)))
    } while take(",")
    try expect("}")
    return .object(members)
  }

  private mutating func array(depth: Int) throws -> JSONValue {
    var elements: [JSONValue] = []
    try expect("[")
    if take("]") { return .array([]) }
    repeat { elements.append(try value(depth: depth + 1)) } while take(",")
    try expect("]")
    return .array(elements)
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws -> JSONValue {
    guard bytes[place...].starts(with: word.utf8) else { throw unexpected(word) }
    place += word.utf8.count
    return value
  }

  private mutating func number() throws -> JSONValue {
    let start = place
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return .number(String(decoding: bytes[start..<place], as: UTF8.self))
  }

  private mutating func digits() throws {
    let start = place
    while let digit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { place += 1 }
    guard place > start else { throw unexpected("a value") }
  }

  private mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw unexpected("an escaped control character") }
      place += 1
      if byte == UInt8(ascii: "\\") {
        text += String(try escaped()).utf8
      } else {
        text.append(byte)
      }
    }
    try expect("\"")
    guard let text = String(validating: text, as: UTF8.self) else { throw unexpected("UTF-8") }
    return text
  }

  private mutating func escaped() throws -> Unicode.Scalar {
    let plain: [UInt8: Unicode.Scalar] = [
      UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
      UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{c}", UInt8(ascii: "n"): "\n",
      UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]
    if let scalar = next.flatMap({ plain[$0] }) {
      place += 1
      return scalar
    }
    try expect("u")
    let first = try codeUnit()
    guard UTF16.isLeadSurrogate(first) else {
      guard let scalar = Unicode.Scalar(first) else { throw unexpected("a first surrogate") }
      return scalar
    }
    try expect("\\")
    try expect("u")
    let second = try codeUnit()
    guard UTF16.isTrailSurrogate(second) else { throw unexpected("a second surrogate") }
    return UTF16.decode(UTF16.EncodedScalar([first, second]))
  }

  private mutating func codeUnit() throws -> UInt16 {
    let digits = String(decoding: bytes[place...].prefix(4), as: UTF8.self)
    guard digits.utf8.count == 4, let unit = UInt16(digits, radix: 16) else {
      throw unexpected("four hexadecimal digits")
    }
    place += 4
    return unit
  }
}
