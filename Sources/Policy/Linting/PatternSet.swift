// SPDX-License-Identifier: Apache-2.0

/// A set of texts, given by patterns: the texts that match any of them.
///
/// Some operations are not exact; each states on which side it may be wrong.
struct PatternSet: Equatable, Sendable {
  var patterns: [TextPattern]

  init(_ patterns: [TextPattern]) { self.patterns = patterns }

  /// The set of all texts.
  static let all = PatternSet([.prefix("")])

  /// Whether the set is empty; exact.
  var isEmpty: Bool { patterns.isEmpty }

  /// Returns the union of two sets; exact.
  func union(_ other: Self) -> Self { Self(patterns + other.patterns) }

  /// Returns whether every text is in the other set.
  ///
  /// If true, that is certain; if false, it is not known.
  func isSubset(of other: Self) -> Bool {
    isComparable(with: other)
      && patterns.allSatisfy { pattern in other.patterns.contains { $0.covers(pattern) } }
  }

  /// Returns a superset of the texts that are in both sets.
  func intersection(_ other: Self) -> Self {
    guard isComparable(with: other) else { return self }
    return Self(patterns.flatMap { a in other.patterns.compactMap { a.overlap($0) } })
  }

  /// Returns a superset of the texts that are not in the other set.
  func subtracting(_ other: Self) -> Self {
    guard isComparable(with: other) else { return self }
    return Self(patterns.filter { pattern in !other.patterns.contains { $0.covers(pattern) } })
  }

  /// Whether each pattern can be compared with each of the other set in reasonable time.
  private func isComparable(with other: Self) -> Bool {
    patterns.count * other.patterns.count <= 200_000
  }
}

extension TextPattern {
  /// Returns whether every text that matches the other pattern matches this one.
  ///
  /// If true, that is certain; if false, it is not known.
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

  /// Returns a pattern that matches at least the texts that match both; nil if certainly none does.
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
