extension LintRule {
  static let syntax = LintRule(
    "syntax", .error, "A file is YAML or JSON that can be read",
    rationale: """
      What is not YAML cannot be understood, and guessing would trace something else. JSON is \
      read as the YAML that it is. Aliases, depth and tags are bounded. A document that cannot be \
      read does not hide those that follow it.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(scope: "[comm=nginx"),
      "type: policy\n\tname: web\n",
    ])
}
