extension LintRule {
  static let unquotedComma = LintRule(
    "unquoted-comma", .error, "In a list in brackets, expressions with commas are in quotes",
    rationale: """
      YAML splits `[data.dst_port=80,443]` into `data.dst_port=80` and `443`. Quotes keep it \
      whole; in a list of lines, each of which begins with `- `, none are needed.
      """,
    good: [
      Example.policy(filters: "[\"data.dst_port=80,443\"]"),
      Example.policy(filters: "\n      - data.dst_port=80,443"),
    ],
    bad: [
      Example.policy(filters: "[data.dst_port=80,443]"),
      Example.policy(scope: "[comm=nginx,envoy, not-container]"),
    ], isFixable: true)
}
