/// Finds stars that stand for themselves.
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
    "literal-star", .warning, "A star stands at the start or the end of a value",
    rationale: """
      Only there does it stand for anything: `x*`, `*x` and `*x*`. Within a value it is a \
      character like any other, which is hardly ever meant.
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
      "a star within `\(word.text)` stands for itself, not for anything",
      source: filter.expression.source.source, range: word.range,
      help: "a star stands for anything only at the start or the end of a value")
  }
}

extension String {
  /// The text without a star at its start and one at its end.
  var starless: Substring {
    var rest = self[...]
    if rest.hasPrefix("*") { rest.removeFirst() }
    if rest.hasSuffix("*") { rest.removeLast() }
    return rest
  }
}
