extension LintRule {
  static let invalidOperator = LintRule(
    "invalid-operator", .error, "Every key has an operator that it takes",
    rationale: """
      All keys take `=` and `!=`; only numbers take `<`, `<=`, `>` and `>=`; bare words such as \
      `container` take none.
      """,
    good: [
      Example.policy(scope: "[uid>=1000]")
    ],
    bad: [
      Example.policy(scope: "[comm>=nginx]"),
      Example.policy(scope: "[comm]"),
    ])
}
