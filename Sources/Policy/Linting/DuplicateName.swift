extension LintRule {
  static let duplicateName = LintRule(
    "duplicate-name", .error, "Each policy has a name of its own",
    rationale: """
      Events say by name which policies wanted them; two policies of one name could not be told \
      apart.
      """,
    good: [
      Example.policy() + "---\n" + Example.policy().replacing("name: web", with: "name: api")
    ],
    bad: [
      Example.policy() + "---\n" + Example.policy()
    ])
}
