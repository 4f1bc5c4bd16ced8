// SPDX-License-Identifier: Apache-2.0

/// A mapping with a fixed set of keys; other keys are reported.
struct KeyedNode {
  /// The mapping as messages name it, such as "a rule".
  let noun: String
  private let node: YAMLNode
  private var values: [String: YAMLNode] = [:]

  /// Creates a mapping of a node; nil, with a finding, if the node is not a mapping.
  init?(
    _ node: YAMLNode, _ noun: String, keys: [String], source: String,
    _ diagnostics: inout [Diagnostic]
  ) {
    self.node = node
    self.noun = noun
    guard case .mapping(let entries) = node.content else {
      diagnostics.append(.wrongType(node, source, wanted: "a mapping", of: noun))
      return nil
    }
    var misspelt: [(key: SourceText, value: YAMLNode)] = []
    for entry in entries {
      guard let key = entry.key.text else {
        diagnostics.append(.wrongType(entry.key, source, wanted: "text", of: "a key"))
        continue
      }
      if !keys.contains(key.text) {
        misspelt.append((key, entry.value))
      } else if values[key.text] == nil {
        values[key.text] = entry.value
      }
    }
    // A misspelt key that can only mean one known key is reported once, and its value is read as that key's.
    for (key, value) in misspelt {
      let near = Nearest.words(to: key.text, among: keys)
      let meant = near.count == 1 && values[near[0]] == nil ? near[0] : nil
      if let meant { values[meant] = value }
      diagnostics.append(.unknownKey(key, in: noun, keys: keys, meant: meant))
    }
  }

  /// The value of a key, or nil if the mapping lacks it.
  subscript(key: String) -> YAMLNode? { values[key] }

  /// Returns the value of a required key, or adds a finding and returns nil.
  func required(_ key: String, _ source: String, _ diagnostics: inout [Diagnostic]) -> YAMLNode? {
    if let value = values[key] { return value }
    diagnostics.append(.missingKey(key, in: noun, node, source))
    return nil
  }
}

extension Diagnostic {
  /// Returns the finding that a node is not of the kind that it must be.
  static func wrongType(
    _ node: YAMLNode, _ source: String, wanted: String, of noun: String, help: String? = nil,
    fix: Fix? = nil
  ) -> Self {
    Self(
      .wrongType, "\(noun) must be \(wanted), not \(node.kindName)", source: source,
      range: node.range, help: help, fix: fix)
  }

  fileprivate static func unknownKey(
    _ key: SourceText, in noun: String, keys: [String], meant: String?
  ) -> Self {
    let list = keys.map { "`\($0)`" }.joined(separator: ", ")
    var diagnostic = Self(
      .unknownKey, "\(noun) has no key `\(key.text)`", at: key,
      help: Nearest.question(key.text, among: keys) ?? "the keys are \(list)")
    if let meant, key.verbatimStart != nil {
      let part = key.range(ofUTF8: 0..<key.text.utf8.count)
      diagnostic.fix = Fix(range: part, replacement: meant)
    }
    return diagnostic
  }

  fileprivate static func missingKey(
    _ key: String, in noun: String, _ node: YAMLNode, _ source: String
  ) -> Self {
    let place = node.range.start
    return Self(
      .missingKey, "\(noun) must have the key `\(key)`", source: source,
      range: SourceRange(start: place, end: place),
      help: key == "scope" ? "to trace everything, write `scope: [global]`" : nil)
  }
}

extension String {
  /// Whether YAML reads the text without quotes as this text, in lists of lines and in brackets.
  var isPlainYAML: Bool {
    guard let first = utf8.first, first != UInt8(ascii: "-") else { return false }
    return utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_-./=".utf8.contains(byte)
      }
    }
  }
}
