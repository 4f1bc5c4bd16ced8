// SPDX-License-Identifier: Apache-2.0

/// A value of a JSON text from outside (RFC 8259).
indirect enum ReadJSON: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number as it is written.
  case number(String)
  case text(String)
  case list([ReadJSON])
  case object([(key: String, value: ReadJSON)])

  /// The first member with a name; nil when there is none, or it is no object.
  subscript(_ name: String) -> ReadJSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == name }?.value
  }

  /// The text; nil for another value.
  var text: String? { if case .text(let text) = self { text } else { nil } }

  static func == (a: Self, b: Self) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.text(let a), .text(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.object(let a), .object(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }
}

extension ReadJSON {
  /// Reads a whole text; nil when it is no JSON, or nested deeper than 16 levels.
  init?(_ bytes: [UInt8]) {
    var reader = JSONReader(bytes: bytes)
    guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
    self = value
  }
}

/// Reads a JSON text from its first to its last byte.
private struct JSONReader {
  let bytes: [UInt8]
  var offset = 0

  private static let depthLimit = 16

  var isAtEnd: Bool {
    mutating get {
      skipBlanks()
      return offset == bytes.count
    }
  }

  private mutating func skipBlanks() {
    while offset < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[offset]) { offset += 1 }
  }

  private mutating func take(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard offset + length <= bytes.count,
      bytes[offset..<offset + length].elementsEqual("\(text)".utf8)
    else { return false }
    offset += length
    return true
  }

  mutating func value(depth: Int) -> ReadJSON? {
    skipBlanks()
    guard depth < Self.depthLimit, offset < bytes.count else { return nil }
    switch bytes[offset] {
    case UInt8(ascii: "{"): return object(depth)
    case UInt8(ascii: "["): return list(depth)
    case UInt8(ascii: "\""): return text().map { .text($0) }
    case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
    case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
    case UInt8(ascii: "n"): return take("null") ? .null : nil
    default: return number()
    }
  }

  private mutating func object(_ depth: Int) -> ReadJSON? {
    offset += 1
    var members: [(key: String, value: ReadJSON)] = []
    skipBlanks()
    if take("}") { return .object(members) }
    while true {
      skipBlanks()
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\""), let key = text() else {
        return nil
      }
      skipBlanks()
      guard take(":"), let value = value(depth: depth + 1) else { return nil }
      members.append((key, value))
      skipBlanks()
      if take("}") { return .object(members) }
      guard take(",") else { return nil }
    }
  }

  private mutating func list(_ depth: Int) -> ReadJSON? {
    offset += 1
    var elements: [ReadJSON] = []
    skipBlanks()
    if take("]") { return .list(elements) }
    while true {
      guard let value = value(depth: depth + 1) else { return nil }
      elements.append(value)
      skipBlanks()
      if take("]") { return .list(elements) }
      guard take(",") else { return nil }
    }
  }

  /// Passes over digits; false when there is none.
  private mutating func digits() -> Bool {
    let start = offset
    while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
    return offset > start
  }

  private mutating func number() -> ReadJSON? {
    let start = offset
    _ = take("-")
    let isZero = offset < bytes.count && bytes[offset] == 0x30
    let whole = offset
    guard digits(), !isZero || offset == whole + 1 else { return nil }
    if take("."), !digits() { return nil }
    if take("e") || take("E") {
      if !take("-") { _ = take("+") }
      guard digits() else { return nil }
    }
    return .number(String(decoding: bytes[start..<offset], as: UTF8.self))
  }

  private mutating func text() -> String? {
    offset += 1
    var units: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escaped() else { return nil }
        units += Array(String(Character(scalar)).utf8)
      case ..<0x20: return nil
      default: units.append(byte)
      }
    }
    return nil
  }

  private mutating func escaped() -> Unicode.Scalar? {
    guard offset < bytes.count else { return nil }
    let byte = bytes[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let first = unit() else { return nil }
      if let scalar = Unicode.Scalar(first) { return scalar }
      // The two halves of a scalar beyond the first plane; half of one alone is none.
      guard first < 0xdc00, take("\\u"), let second = unit(), (0xdc00..<0xe000).contains(second)
      else { return "\u{fffd}" }
      return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    default: return nil
    }
  }

  private mutating func unit() -> UInt32? {
    guard offset + 4 <= bytes.count else { return nil }
    var unit: UInt32 = 0
    for byte in bytes[offset..<offset + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    offset += 4
    return unit
  }
}

extension LineBuffer {
  /// Writes a value that was read.
  mutating func append(_ json: ReadJSON) {
    switch json {
    case .null: append("null")
    case .bool(let isTrue): if isTrue { append("true") } else { append("false") }
    case .number(let text): append(Array(text.utf8))
    case .text(let text): append(jsonText: Array(text.utf8))
    case .list(let elements):
      append("[")
      for (index, element) in elements.enumerated() {
        if index > 0 { append(",") }
        append(element)
      }
      append("]")
    case .object(let members):
      append("{")
      for (index, member) in members.enumerated() {
        if index > 0 { append(",") }
        append(jsonText: Array(member.key.utf8))
        append(":")
        append(member.value)
      }
      append("}")
    }
  }

  /// Returns the bytes that `body` writes.
  static func copy(_ body: (inout LineBuffer) -> Void) -> [UInt8] {
    var line = LineBuffer(capacity: 64)
    body(&line)
    return line.copy
  }
}
