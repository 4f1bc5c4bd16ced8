extension LintRule {
  static let unknownScope = LintRule(
    "unknown-scope", .error, "Every expression of a scope begins with a key that scopes have",
    rationale: """
      A scope that is not understood cannot be narrowed to, and must not be passed over.
      """,
    good: [
      Example.policy(scope: "[uid=1000]")
    ],
    bad: [
      Example.policy(scope: "[usr=1000]")
    ])
}
