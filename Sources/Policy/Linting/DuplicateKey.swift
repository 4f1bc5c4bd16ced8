extension LintRule {
  static let duplicateKey = LintRule(
    "duplicate-key", .error, "No key is given twice in one mapping",
    rationale: """
      YAML readers keep one of the two and drop the other without a word.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy() + "name: other\n"
    ])
}
