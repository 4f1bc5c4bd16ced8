extension LintRule {
  static let unknownAction = LintRule(
    "unknown-action", .error, "Every action is `log` or `print`",
    rationale: """
      Both send the event to the outputs. There are no others.
      """,
    good: [
      Example.policy() + "defaultActions: [log]\n"
    ],
    bad: [
      Example.policy() + "defaultActions: [kill]\n"
    ])
}
