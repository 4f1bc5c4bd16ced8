// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259) whose members keep their order.
public enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Int)
  case text(String)
  indirect case list([JSONValue])
  indirect case object([Member])

  /// A name and its value.
  public struct Member: Equatable, Sendable {
    /// The name of the member, unescaped.
    public var name: String
    /// The value of the member.
    public var value: JSONValue

    /// Creates a member of an object.
    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// Returns the value as JSON text, indented by two blanks for each level, without a final line break.
  public func rendered() -> String {
    var text = ""
    write(to: &text, indent: "\n")
    return text
  }

  private func write(to text: inout String, indent: String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let value): text += String(value)
    case .text(let value): Self.quote(value, to: &text)
    case .list(let elements):
      Self.write("[", elements, "]", to: &text, indent) { $0.write(to: &$1, indent: $2) }
    case .object(let members):
      Self.write("{", members, "}", to: &text, indent) { member, text, indent in
        Self.quote(member.name, to: &text)
        text += ": "
        member.value.write(to: &text, indent: indent)
      }
    }
  }

  private static func write<Part>(
    _ open: String, _ parts: [Part], _ close: String, to text: inout String, _ indent: String,
    _ each: (Part, inout String, String) -> Void
  ) {
    text += open
    for (index, part) in parts.enumerated() {
      text += (index == 0 ? "" : ",") + indent + "  "
      each(part, &text, indent + "  ")
    }
    text += (parts.isEmpty ? "" : indent) + close
  }

  private static func quote(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Creates a JSON string.
  public init(stringLiteral value: String) { self = .text(value) }
  /// Creates a JSON number.
  public init(integerLiteral value: Int) { self = .number(value) }
  /// Creates a JSON boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Creates a JSON array.
  public init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
  /// Creates a JSON object with its members in this order; names may repeat.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}
