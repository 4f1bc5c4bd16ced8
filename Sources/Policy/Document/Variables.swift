// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Values that stand for `${NAME}` in the filters and scopes of policies, so that one set serves many machines.
public struct Variables: Equatable, Sendable {
  /// The values of variables by name, without `${` and `}`.
  public var values: [String: String]
  /// Whether the environment has a value for names that are not among ``values``.
  public var usesEnvironment = false

  /// Creates variables with values by name.
  public init(_ values: [String: String] = [:]) { self.values = values }

  /// Whether a text can be the name of a variable: letters, digits and `_`, and no digit first.
  public static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }

  /// The value of a variable; nil when it has none.
  subscript(name: String) -> String? {
    if let value = values[name] { return value }
    guard usesEnvironment, let value = getenv(name) else { return nil }
    return String(cString: value)
  }

  /// Puts values in the place of all variables of some expressions.
  func expand(_ texts: [SourceText], into diagnostics: inout [Diagnostic]) -> [SourceText] {
    texts.map { text in text.text.contains("${") ? expand(text, into: &diagnostics) : text }
  }

  private func expand(_ text: SourceText, into diagnostics: inout [Diagnostic]) -> SourceText {
    let bytes = Array(text.text.utf8)
    var expanded: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      guard bytes[offset...].starts(with: "${".utf8) else {
        expanded.append(bytes[offset])
        offset += 1
        continue
      }
      let start = offset + 2
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "}"))
      let name = String(decoding: bytes[start..<(end ?? bytes.count)], as: UTF8.self)
      let place = text.range(ofUTF8: offset..<(end.map { $0 + 1 } ?? bytes.count))
      if end == nil || !Self.isName(name) {
        diagnostics.append(.noVariableName(name, isOpen: end == nil, text.source, place))
      } else if let value = self[name] {
        expanded += Array(value.utf8)
      } else {
        let near = Nearest.question("${\(name)}", among: values.keys.sorted().map { "${\($0)}" })
        diagnostics.append(.unknownVariable(name, help: near, text.source, place))
      }
      offset = end.map { $0 + 1 } ?? bytes.count
    }
    // What is wrong with a value is shown at the whole expression: it stands nowhere in the source.
    return SourceText(
      text: String(decoding: expanded, as: UTF8.self), source: text.source, range: text.range)
  }
}

extension PolicySet {
  /// Puts values in the place of the variables of all policies; a policy with one that has no value is left out.
  mutating func expand(_ variables: Variables) {
    for index in documents.indices.reversed() {
      var found: [Diagnostic] = []
      documents[index].scope = variables.expand(documents[index].scope, into: &found)
      for rule in documents[index].rules.indices {
        documents[index].rules[rule].filters = variables.expand(
          documents[index].rules[rule].filters, into: &found)
      }
      guard !found.isEmpty else { continue }
      diagnostics += found
      documents.remove(at: index)
    }
  }
}

extension Diagnostic {
  fileprivate static func unknownVariable(
    _ name: String, help: String?, _ source: String, _ range: SourceRange
  ) -> Self {
    Self(
      .unknownVariable, "the variable `\(name)` has no value", source: source,
      range: range,
      help: help
        ?? "give it one with --set \(name)=VALUE, in the environment, or under `variables` of config.yaml"
    )
  }

  fileprivate static func noVariableName(
    _ name: String, isOpen: Bool, _ source: String, _ range: SourceRange
  ) -> Self {
    Self(
      .unknownVariable,
      isOpen
        ? "the name of a variable must end with `}`"
        : "`\(name)` cannot be the name of a variable",
      source: source, range: range,
      help: "a name has letters, digits and `_`, and no digit first: ${RESOLVERS}")
  }
}
