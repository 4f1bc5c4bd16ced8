// SPDX-License-Identifier: Apache-2.0

/// A value of an event, or of a finding's data.
public enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A number beyond ``integer(_:)``.
  case large(UInt64)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([String: JSON])

  /// A member; null when there is none, or this is no object.
  public subscript(_ name: String) -> JSON {
    if case .object(let members) = self { members[name] ?? .null } else { .null }
  }

  /// The text; nil for another value.
  public var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The number; nil for another value, and for one below zero.
  public var unsigned: UInt64? {
    switch self {
    case .integer(let number): UInt64(exactly: number)
    case .large(let number): number
    default: nil
    }
  }

  /// Returns a member that is a number; 0 when it is not there, is no number, or is beyond the type.
  func number<Number: FixedWidthInteger>(_ name: String) -> Number {
    self[name].unsigned.flatMap(Number.init(exactly:)) ?? 0
  }

  /// The elements; none for another value.
  public var elements: [JSON] { if case .list(let elements) = self { elements } else { [] } }

  /// The members; none for another value.
  public var members: [String: JSON] {
    if case .object(let members) = self { members } else { [:] }
  }

  /// Whether a number is not 0, or a truth value is true.
  public var isSet: Bool {
    switch self {
    case .bool(let isTrue): isTrue
    default: (unsigned ?? 0) != 0
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Creates a text.
  public init(stringLiteral text: String) { self = .text(text) }
  /// Creates a number.
  public init(integerLiteral number: Int64) { self = .integer(number) }
  /// Creates a truth value.
  public init(booleanLiteral isTrue: Bool) { self = .bool(isTrue) }
  /// Creates a list.
  public init(arrayLiteral elements: JSON...) { self = .list(elements) }
  /// Creates an object; of members with one name the last counts.
  public init(dictionaryLiteral members: (String, JSON)...) {
    self = .object(Dictionary(members, uniquingKeysWith: { _, last in last }))
  }
}

extension JSON {
  /// Reads a whole text (RFC 8259); nil when it is none, or nested deeper than 32 levels.
  public init?(_ bytes: [UInt8]) {
    var reader = Reader(bytes)
    guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
    self = value
  }

  /// The text, in one line.
  public var line: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return bytes
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += Array("null".utf8)
    case .bool(let isTrue): bytes += Array((isTrue ? "true" : "false").utf8)
    case .integer(let number): bytes += Array(String(number).utf8)
    case .large(let number): bytes += Array(String(number).utf8)
    case .number(let number): bytes += Array((number.isFinite ? String(number) : "null").utf8)
    case .text(let text): Self.write(text, to: &bytes)
    case .list(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.write(member.key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case ..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
