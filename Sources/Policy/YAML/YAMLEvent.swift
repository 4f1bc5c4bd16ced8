/// A step through a YAML stream.
///
/// Marks count the Unicode scalars before a place.
struct YAMLEvent: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(String)
    case scalar(String, Style, Properties)
    case sequenceStart(isFlow: Bool, Properties)
    case mappingStart(isFlow: Bool, Properties)
    case sequenceEnd, mappingEnd
  }

  /// How a scalar is written.
  enum Style: Equatable, Sendable {
    case plain, quoted, block
  }

  /// What may stand before a node.
  struct Properties: Equatable, Sendable {
    var anchor: String?
    var tag: String?
  }

  var kind: Kind
  var start: Int
  var end: Int
}

/// What stops a YAML parser.
struct YAMLFault: Error, Equatable, Sendable {
  /// What is wrong.
  var problem: String
  /// The scalars before the place where it is wrong.
  var mark: Int
  /// What was being read, and the scalars before it.
  var context: String?
  var contextMark: Int
}
