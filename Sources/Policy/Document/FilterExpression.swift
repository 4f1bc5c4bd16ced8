// SPDX-License-Identifier: Apache-2.0

/// One filter as written, `KEY OP VALUES` or a bare word, before its words are looked up.
///
/// Source: `docs/policy-language.md` §2.
public struct FilterExpression: Equatable, Sendable {
  /// The operator between the key and the values.
  public enum Comparison: String, CaseIterable, Sendable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// A word of the expression with its place.
  public struct Word: Equatable, Sendable {
    /// The word without blanks around it, with quotes and escapes resolved.
    public var text: String
    /// The place of the word, including quotes.
    public var range: SourceRange

    /// Creates a word with its place.
    public init(_ text: String, _ range: SourceRange) {
      self.text = text
      self.range = range
    }
  }

  /// The whole expression as written.
  public var source: SourceText
  /// The key, or the bare word itself.
  public var key: Word
  /// The operator; nil for a bare word.
  public var comparison: Comparison?
  /// The place of the operator; for a bare word, that of the word.
  public var comparisonRange: SourceRange
  /// The values after the operator, at least one; empty for a bare word.
  public var values: [Word]
}
