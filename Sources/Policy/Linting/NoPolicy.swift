extension LintRule {
  static let noPolicy = LintRule(
    "no-policy", .warning, "A file holds at least one policy",
    rationale: """
      An empty file among policies was probably meant to say something. It is an error when none \
      of the files holds a policy.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      "# to be written\n"
    ])
}
