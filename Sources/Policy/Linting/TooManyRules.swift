extension LintRule {
  static let tooManyRules = LintRule(
    "too-many-rules", .error, "All policies together have at most 1,024 rules",
    rationale: """
      Each event of each rule is one bit of every row of the kernel's tables. Join rules for one \
      event into one with a list of values.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(rules: String(repeating: "  - event: net_packet_tcp\n", count: 1025))
    ])
}
