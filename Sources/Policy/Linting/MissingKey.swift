extension LintRule {
  static let missingKey = LintRule(
    "missing-key", .error, "Every key that a policy must have is there",
    rationale: """
      A policy has a name, a scope and rules, and a rule has an event.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      "type: policy\nname: web\nrules: [{event: net_packet_tcp}]\n"
    ])
}
