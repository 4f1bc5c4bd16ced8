// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A JSON Schema (draft 2020-12) as a file holds it, with those keywords that the project's schemas use.
public final class SchemaFile: Sendable {
  /// That of the lines of `--output json`.
  public static let event = Result { try SchemaFile(named: "event") }

  private let root: Node

  /// Reads `schema/NAME.schema.json`; throws when it has a keyword that is not known here.
  public convenience init(named name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let file = folder.appending(path: "../../schema/\(name).schema.json").standardizedFileURL
    try self.init(text: String(contentsOf: file, encoding: .utf8))
  }

  /// Reads a schema that has each member on a line of its own.
  public init(text: String) throws {
    // The parser reads events, which have no blanks between their parts.
    let lines = text.split(separator: "\n").map {
      $0.trimmingPrefix { $0 == " " }.replacing("\": ", with: "\":")
    }
    root = try Node(try JSONValue(parsing: Array(lines.joined().utf8)))
  }

  /// Whether it accepts a text, which has no blanks between its parts.
  public func accepts(_ text: String) throws -> Bool {
    root.fault(in: try JSONValue(parsing: Array(text.utf8))) == nil
  }

  /// Checks a value; throws when it is not as the schema says.
  public func check(_ value: JSONValue) throws {
    if let fault = root.fault(in: value) { throw MisshapenEvent("against the schema: \(fault)") }
  }
}

extension SchemaFile {
  /// A schema, or a part of one.
  struct Node: Sendable {
    private var types: [String]?
    private var constant: JSONValue?
    private var choices: [JSONValue]?
    private var minimum: Int128?
    private var maximum: Int128?
    private var properties: [String: Node] = [:]
    private var required: [String] = []
    /// Of members without a schema of their own; none: any.
    private var others: Others = .any
    private var first: [Node] = []
    private var rest: [Node] = []
    private var counts: ClosedRange<Int> = 0...Int.max
    private var all: [Node] = []
    /// What follows from what.
    private var condition: [Node] = []
    private var consequence: [Node] = []

    enum Others: Sendable {
      case any
      case none
      case each([Node])
    }

    init(_ json: JSONValue) throws {
      guard case .object(let members) = json else { throw MisshapenEvent("no schema: \(json)") }
      for member in members { try take(member.key, member.value) }
    }

    private mutating func take(_ keyword: String, _ value: JSONValue) throws {
      let elements = value.elements ?? []
      switch keyword {
      case "$schema", "$id", "title", "description", "format": break
      case "type": types = value.string.map { [$0] } ?? elements.compactMap(\.string)
      case "const": constant = value
      case "enum": choices = elements
      case "minimum": minimum = try Self.number(value)
      case "maximum": maximum = try Self.number(value)
      case "required": required = elements.compactMap(\.string)
      case "properties":
        for name in value.keys ?? [] { properties[name] = try value[name].map(Node.init) }
      case "additionalProperties":
        others = value == .boolean(false) ? .none : .each([try Node(value)])
      case "prefixItems": first = try elements.map(Node.init)
      case "items": rest = [try Node(value)]
      case "minItems": counts = Int(try Self.number(value))...counts.upperBound
      case "maxItems": counts = counts.lowerBound...Int(try Self.number(value))
      case "allOf": all = try elements.map(Node.init)
      case "if": condition = [try Node(value)]
      case "then": consequence = [try Node(value)]
      default: throw MisshapenEvent("a keyword that is not known here: \(keyword)")
      }
    }

    private static func number(_ value: JSONValue) throws -> Int128 {
      guard case .number(let text) = value, let number = Int128(text) else {
        throw MisshapenEvent("no whole number: \(value)")
      }
      return number
    }

    /// What is wrong with a value, and where; nil when nothing is.
    func fault(in value: JSONValue) -> String? {
      if let types, !types.contains(where: { value.isOf($0) }) { return "\(value) is no \(types)" }
      if let constant, value != constant { return "\(value) is not \(constant)" }
      if let choices, !choices.contains(value) { return "\(value) is none of \(choices)" }
      if case .number(let text) = value, let number = Int128(text) {
        guard number >= minimum ?? number, number <= maximum ?? number else {
          return "\(text) is out of bounds"
        }
      }
      if case .object(let members) = value, let fault = fault(in: members) { return fault }
      if let elements = value.elements, let fault = fault(in: elements) { return fault }
      for node in all { if let fault = node.fault(in: value) { return fault } }
      for node in condition where node.isMet(by: value) {
        for node in consequence { if let fault = node.fault(in: value) { return fault } }
      }
      return nil
    }

    /// Whether nothing is wrong; most often a constant tells, and then nothing is put into words.
    private func isMet(by value: JSONValue) -> Bool {
      if let constant, value != constant { return false }
      for (name, node) in properties {
        if let member = value[name], let constant = node.constant, member != constant {
          return false
        }
      }
      return fault(in: value) == nil
    }

    private func fault(in members: [JSONValue.Member]) -> String? {
      for name in required where !members.contains(where: { $0.key == name }) {
        return "no \(name)"
      }
      if case .any = others, properties.isEmpty { return nil }
      for member in members {
        if let node = properties[member.key] {
          if let fault = node.fault(in: member.value) { return "\(member.key): \(fault)" }
          continue
        }
        switch others {
        case .any: break
        case .none: return "\(member.key) is not known"
        case .each(let nodes):
          for node in nodes {
            if let fault = node.fault(in: member.value) { return "\(member.key): \(fault)" }
          }
        }
      }
      return nil
    }

    private func fault(in elements: [JSONValue]) -> String? {
      guard counts.contains(elements.count) else { return "\(elements.count) elements" }
      for (place, element) in elements.enumerated() {
        for node in place < first.count ? [first[place]] : rest {
          if let fault = node.fault(in: element) { return "\(place): \(fault)" }
        }
      }
      return nil
    }
  }
}

extension JSONValue {
  /// Whether it is of a type of JSON Schema.
  fileprivate func isOf(_ type: String) -> Bool {
    switch self {
    case .null: type == "null"
    case .boolean: type == "boolean"
    case .number(let text): type == "number" || type == "integer" && Int128(text) != nil
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    }
  }
}
