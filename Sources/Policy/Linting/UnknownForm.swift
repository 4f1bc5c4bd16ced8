extension LintRule {
  static let unknownForm = LintRule(
    "unknown-form", .error, "A document is a policy in one of the two forms",
    rationale: """
      A policy begins with `type: policy`, or with `apiVersion: tracee.aquasec.com/v1beta1` and \
      `kind: Policy`. Anything else in a folder of policies is there by mistake.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      "- net_packet_tcp\n",
      Example.policy().replacing("type: policy", with: "type: rule"),
    ])
}
