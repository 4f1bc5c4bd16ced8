extension LintRule {
  static let unsupportedScope = LintRule(
    "unsupported-scope", .error, "No expression asks for a scope that is not decided yet",
    rationale: """
      The key belongs to the language, but this version cannot decide it, and will not pretend \
      to.
      """,
    good: [
      Example.policy(scope: "[uid=1000]")
    ],
    bad: [])
}
