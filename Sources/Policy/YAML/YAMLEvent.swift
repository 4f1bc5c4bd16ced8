// SPDX-License-Identifier: Apache-2.0

/// An event of a YAML stream: the start or end of a node, an alias, or a scalar.
///
/// Positions count the Unicode scalars before them.
struct YAMLEvent: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(String)
    case scalar(String, Style, Properties)
    case sequenceStart(isFlow: Bool, Properties)
    case mappingStart(isFlow: Bool, Properties)
    case sequenceEnd, mappingEnd
  }

  /// The way in which a scalar is written.
  enum Style: Equatable, Sendable {
    case plain, quoted, block
  }

  /// The anchor and the tag of a node, which may come before it.
  struct Properties: Equatable, Sendable {
    var anchor: String?
    var tag: String?
  }

  var kind: Kind
  var start: Int
  var end: Int
}

/// The error that stopped a YAML parser.
struct YAMLFault: Error, Equatable, Sendable {
  /// The problem, in libyaml's words.
  var problem: String
  /// The number of Unicode scalars before the problem.
  var mark: Int
  /// What libyaml was reading, in its words, if it reports that.
  var context: String?
  /// The number of Unicode scalars before what libyaml was reading.
  var contextMark: Int
}
