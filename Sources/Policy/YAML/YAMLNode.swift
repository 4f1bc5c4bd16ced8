// SPDX-License-Identifier: Apache-2.0

/// A node of a YAML document with its place.
struct YAMLNode: Equatable, Sendable {
  /// The content of a node.
  enum Content: Equatable, Sendable {
    case scalar(SourceText, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
  }

  /// A key of a mapping, and its value.
  struct Entry: Equatable, Sendable {
    var key: YAMLNode
    var value: YAMLNode
  }

  var content: Content
  /// The place of the node, including quotes and brackets.
  var range: SourceRange
  /// The number of nodes in it, including itself, with aliases expanded.
  var size = 1
  /// The depth of nodes in it, including itself, with aliases expanded.
  var height = 1

  /// The text of a scalar; nil for other nodes.
  var text: SourceText? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// Whether the node is a scalar that YAML 1.1 reads as null: `~`, `null` or nothing at all.
  var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text.text)
  }

  /// The kind of the node, as messages name it.
  var kindName: String {
    switch content {
    case .scalar: isNull ? "nothing" : "text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
