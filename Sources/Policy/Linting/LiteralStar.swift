// SPDX-License-Identifier: Apache-2.0

/// Finds stars that are ordinary characters, not wildcards.
enum LiteralStar {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.flatMap { filter in
      switch filter.type {
      case .text?, .name?, .executable?:
        return filter.values.filter { $0.word.text.starless.contains("*") }
          .map { Diagnostic.literalStar(filter, $0.word) }
      default: return []
      }
    }
  }
}

extension LintRule {
  static let literalStar = LintRule(
    "literal-star", .warning, "A star is at the start or the end of a value",
    rationale: """
      Only there is it a wildcard: `x*`, `*x` and `*x*`. Inside a value it is an ordinary \
      character, which is rarely intended.
      """,
    good: [Example.policy(scope: "[\"comm=php*\"]"), Example.policy(scope: "[\"comm=*php*\"]")],
    bad: [Example.policy(scope: "[\"comm=php*fpm\"]")])
}

extension Diagnostic {
  fileprivate static func literalStar(
    _ filter: CheckedFilter, _ word: FilterExpression.Word
  ) -> Self {
    Self(
      .literalStar,
      "the star inside `\(word.text)` is an ordinary character, not a wildcard",
      source: filter.expression.source.source, range: word.range,
      help: "a star is a wildcard only at the start or the end of a value")
  }
}

extension String {
  /// The text without one star at each end, if there is one.
  var starless: Substring {
    var rest = self[...]
    if rest.hasPrefix("*") { rest.removeFirst() }
    if rest.hasSuffix("*") { rest.removeLast() }
    return rest
  }
}
