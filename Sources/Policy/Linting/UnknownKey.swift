extension LintRule {
  static let unknownKey = LintRule(
    "unknown-key", .error, "Every key is one that policies have",
    rationale: """
      A misspelt key that was passed over would silently drop a filter, and trace more than was \
      asked for.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(rules: "  - evnt: net_packet_tcp")
    ],
    isFixable: true)
}
