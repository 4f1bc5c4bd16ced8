extension LintRule {
  static let emptyValue = LintRule(
    "empty-value", .error, "Nothing that must be given is empty",
    rationale: """
      An empty value is no filter for emptiness, and an empty scope or list of rules selects \
      nothing.
      """,
    good: [
      Example.policy(filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(filters: "[data.dst_port=]"),
      Example.policy(scope: "[]"),
    ])
}
