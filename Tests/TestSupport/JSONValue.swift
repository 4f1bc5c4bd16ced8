// SPDX-License-Identifier: Apache-2.0

/// A JSON value that remembers the order of its members and the text of its numbers.
public enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One member of an object.
  public struct Member: Equatable, Sendable {
    /// Its key.
    public let key: String
    /// Its value.
    public let value: JSONValue
  }

  /// The member with a key; nil when this is not an object or has none.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The keys in their order; nil when this is not an object.
  public var keys: [String]? {
    guard case .object(let members) = self else { return nil }
    return members.map(\.key)
  }

  /// The text of a string; nil when this is none.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// A number without sign, fraction and exponent; nil when this is none.
  public var unsigned: UInt64? {
    guard case .number(let text) = self else { return nil }
    return UInt64(text)
  }

  /// The elements of an array; nil when this is none.
  public var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }
}
