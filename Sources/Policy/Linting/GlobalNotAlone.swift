extension LintRule {
  static let globalNotAlone = LintRule(
    "global-not-alone", .error, "`global` stands alone",
    rationale: """
      Everything, and something of it, contradict each other.
      """,
    good: [
      Example.policy(scope: "[global]", filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(scope: "[global, comm=nginx]")
    ])
}
