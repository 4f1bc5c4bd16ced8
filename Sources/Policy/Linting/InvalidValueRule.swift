extension LintRule {
  static let invalidValue = LintRule(
    "invalid-value", .error, "Every value is one that its key takes",
    rationale: """
      A port is at most 65535, a prefix of IPv4 at most 32 bits long, and so on. The help line \
      says what the key takes.
      """,
    good: [
      Example.policy(filters: "[data.dst=10.0.0.0/8]")
    ],
    bad: [
      Example.policy(filters: "[data.dst_port=70000]"),
      Example.policy(filters: "[data.dst=10.0.0.0/33]"),
    ])
}
