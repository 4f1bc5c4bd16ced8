extension LintRule {
  static let invalidName = LintRule(
    "invalid-name", .error, "The name of a policy is a DNS-1123 subdomain",
    rationale: """
      The name appears in every event. It has 1 to 253 characters of a-z, 0-9, `-` and `.`, and \
      each part between dots begins and ends with a letter or a digit.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy().replacing("name: web", with: "name: Web_Tier")
    ])
}
