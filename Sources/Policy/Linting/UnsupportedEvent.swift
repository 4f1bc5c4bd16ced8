extension LintRule {
  static let unsupportedEvent = LintRule(
    "unsupported-event", .error, "No event is one that Tracee has and this tracer has not yet",
    rationale: """
      Files written for Tracee load unchanged, but what cannot be traced is said, never left out \
      in silence.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(event: "openat")
    ])
}
