extension LintRule {
  static let wrongType = LintRule(
    "wrong-type", .error, "Every value is of the kind that its key takes",
    rationale: """
      Lists are lists, also of one element, and expressions are text. YAML reads `- data.x=a: b` \
      as a mapping: such a text needs quotes.
      """,
    good: [
      Example.policy(scope: "[comm=nginx]")
    ],
    bad: [
      Example.policy(scope: "comm=nginx"),
      Example.policy(scope: "[comm: nginx]"),
    ])
}
