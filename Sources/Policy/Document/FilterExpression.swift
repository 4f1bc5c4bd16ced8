/// One filter as it is written, `KEY OP VALUES` or a bare word; what the words mean is not known yet.
///
/// Source: `docs/policy-language.md` §2.
public struct FilterExpression: Equatable, Sendable {
  /// How a value of the key compares with the values.
  public enum Comparison: String, CaseIterable, Sendable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// A word of the expression and where it stands.
  public struct Word: Equatable, Sendable {
    /// The word, without blanks around it, its quotes and escapes undone.
    public var text: String
    /// Its place, quotes included.
    public var range: SourceRange
    /// Whether it stands in quotes, and so is never the name of a list.
    public var isQuoted = false

    /// Makes a word.
    public init(_ text: String, _ range: SourceRange) {
      self.text = text
      self.range = range
    }
  }

  /// The whole expression.
  public var source: SourceText
  /// What is compared; for a bare word, that word.
  public var key: Word
  /// How, and where that stands; nil for a bare word.
  public var comparison: Comparison?
  /// Where the comparison stands; the key's place for a bare word.
  public var comparisonRange: SourceRange
  /// With what; empty for a bare word, and never empty otherwise.
  public var values: [Word]
}
