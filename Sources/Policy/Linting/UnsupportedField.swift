extension LintRule {
  static let unsupportedField = LintRule(
    "unsupported-field", .error, "No filter asks about a field that is not decided yet",
    rationale: """
      The field belongs to the language, but this version cannot decide it, and will not pretend \
      to.
      """,
    good: [
      Example.policy(filters: "[data.dst_port=80]")
    ],
    bad: [])
}
