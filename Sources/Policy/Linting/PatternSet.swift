/// A set of texts as patterns: the texts that match any of them.
///
/// What can be said of two such sets is sometimes only known from one side; each operation tells
/// from which.
struct PatternSet: Equatable, Sendable {
  var patterns: [TextPattern]

  init(_ patterns: [TextPattern]) { self.patterns = patterns }

  /// Every text.
  static let all = PatternSet([.prefix("")])

  /// Whether it holds no text.
  ///
  /// Exact.
  var isEmpty: Bool { patterns.isEmpty }

  /// Both together.
  ///
  /// Exact.
  func union(_ other: Self) -> Self { Self(patterns + other.patterns) }

  /// Whether every text is one of the other's.
  ///
  /// Yes is certain.
  func isSubset(of other: Self) -> Bool {
    patterns.allSatisfy { pattern in other.patterns.contains { $0.covers(pattern) } }
  }

  /// At least the texts of both.
  func intersection(_ other: Self) -> Self {
    Self(patterns.flatMap { a in other.patterns.compactMap { a.overlap($0) } })
  }

  /// At least the texts that the other has not.
  func subtracting(_ other: Self) -> Self {
    Self(patterns.filter { pattern in !other.patterns.contains { $0.covers(pattern) } })
  }
}

extension TextPattern {
  /// Whether every text that matches the other matches this one.
  ///
  /// Yes is certain.
  func covers(_ other: TextPattern) -> Bool {
    switch (self, other) {
    case (_, .exact(let whole)): matches(whole)
    case (.exact, _): false
    case (.prefix(let start), .prefix(let longer)): longer.utf8.starts(with: start.utf8)
    case (.suffix(let end), .suffix(let longer)): TextPattern.suffix(end).matches(longer)
    case (.contains(let part), .prefix(let longer)), (.contains(let part), .suffix(let longer)),
      (.contains(let part), .contains(let longer)):
      TextPattern.contains(part).matches(longer)
    case (.prefix(let part), _), (.suffix(let part), _): part.isEmpty
    }
  }

  /// A pattern of at least the texts that match both; nil when certainly none does.
  func overlap(_ other: TextPattern) -> TextPattern? {
    switch (self, other) {
    case (.exact(let whole), _): other.matches(whole) ? self : nil
    case (_, .exact(let whole)): matches(whole) ? other : nil
    case (.prefix, .prefix), (.suffix, .suffix):
      covers(other) ? other : other.covers(self) ? self : nil
    default: covers(other) ? other : self
    }
  }
}
