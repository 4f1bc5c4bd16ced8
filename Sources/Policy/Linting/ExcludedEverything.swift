extension LintRule {
  static let excludedEverything = LintRule(
    "excluded-everything", .error, "Something is left to trace",
    rationale: """
      Every event that the policy selects is excluded again, and an exclusion holds for the whole \
      policy.
      """,
    good: [
      Example.policy(event: "net_packet_*,-net_packet_udp")
    ],
    bad: [
      Example.policy(event: "net_packet_tcp,-net_packet_tcp")
    ])
}
