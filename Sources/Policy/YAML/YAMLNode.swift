/// A value of a YAML document with its place.
struct YAMLNode: Equatable, Sendable {
  /// What a node holds.
  enum Content: Equatable, Sendable {
    case scalar(SourceText, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
  }

  /// A key and its value.
  struct Entry: Equatable, Sendable {
    var key: YAMLNode
    var value: YAMLNode
  }

  var content: Content
  /// From its first to behind its last character, quotes and brackets included.
  var range: SourceRange
  /// How many nodes it is made of, itself included, with aliases expanded.
  var size = 1
  /// How many nodes stand within one another in it, itself included, with aliases expanded.
  var height = 1

  /// The text of a scalar.
  var text: SourceText? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// Whether it is a scalar that YAML 1.1 reads as nothing: `~`, `null` or an empty place.
  var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text.text)
  }

  /// What it is, in a user's words.
  var kindName: String {
    switch content {
    case .scalar: isNull ? "nothing" : "text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
