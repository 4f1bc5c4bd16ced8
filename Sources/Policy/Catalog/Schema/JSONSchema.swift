// SPDX-License-Identifier: Apache-2.0

/// Building blocks of JSON Schemas (draft 2020-12).
enum JSONSchema {
  static let draft: JSONValue = "https://json-schema.org/draft/2020-12/schema"
  static let text: JSONValue = ["type": "string"]
  static let flag: JSONValue = ["type": "boolean"]

  /// Returns the schema of a whole number from 0 to a maximum.
  ///
  /// A maximum above `Int.max` is left out.
  static func number(upTo maximum: UInt64) -> JSONValue {
    guard let maximum = Int(exactly: maximum) else { return ["type": "integer", "minimum": 0] }
    return ["type": "integer", "minimum": 0, "maximum": .number(maximum)]
  }

  static func constant(_ text: String) -> JSONValue { ["const": .text(text)] }

  static func words(_ words: [String]) -> JSONValue { ["enum": .list(words.map { .text($0) })] }

  static func list(_ element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

  /// Returns the schema of a list with at least one element.
  static func filledList(_ element: JSONValue) -> JSONValue {
    ["type": "array", "minItems": 1, "items": element]
  }

  /// Returns the schema of an object with no other members than these.
  ///
  /// - Parameter required: the members that must be present; nil for all.
  static func object(
    _ members: [(name: String, schema: JSONValue)], required: [String]? = nil
  ) -> JSONValue {
    [
      "type": "object",
      "properties": .object(members.map { JSONValue.Member($0.name, $0.schema) }),
      "required": .list((required ?? members.map(\.name)).map { .text($0) }),
      "additionalProperties": false,
    ]
  }

  static func map(_ element: JSONValue) -> JSONValue {
    ["type": "object", "additionalProperties": element]
  }

  /// Returns a schema with a description before its other members.
  static func described(_ description: String, _ schema: JSONValue) -> JSONValue {
    guard case .object(let members) = schema else { return schema }
    return .object([JSONValue.Member("description", .text(description))] + members)
  }
}
