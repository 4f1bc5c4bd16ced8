extension LintRule {
  static let unknownVariable = LintRule(
    "unknown-variable", .error, "Each variable has a value",
    rationale: """
      `${NAME}` in a scope or a filter stands for a value that differs from machine to machine. It \
      comes from `--set NAME=VALUE`, from `variables` of the service's configuration, or from the \
      environment, in this order. A variable without a value would filter by nothing at all.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(filters: "[\"data.dst=${RESOLVERS}\"]"),
      Example.policy(filters: "[\"data.dst=${RESOLVERS\"]"),
    ])
}
