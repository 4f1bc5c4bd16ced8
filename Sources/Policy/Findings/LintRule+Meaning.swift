/// The codes of findings about what policies mean, other than those of a single check.
extension LintRule {
  static let tooManyRules = LintRule(
    "too-many-rules", .error, "All policies together have at most 1,024 rules",
    rationale: """
      Each event of each rule is one bit of every row of the kernel's tables. Join rules for one \
      event into one with a list of values.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(rules: String(repeating: "  - event: net_packet_tcp\n", count: 1025))
    ])

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

  static let uselessFilter = LintRule(
    "useless-filter", .warning, "Every value of a filter makes a difference",
    rationale: """
      Without this value the filters match exactly the same: it is repeated, or contained in \
      another value, or every packet has it anyway. Often a wider range or a narrower list was \
      meant.
      """,
    good: [
      Example.policy(filters: "[data.dst_port>=1024]"),
      Example.policy(scope: "[uid>=0]"),
    ],
    bad: [
      Example.policy(filters: "[data.dst_port>=0]"),
      Example.policy(filters: "[\"data.dst_port=80,443,80\"]"),
      Example.policy(filters: "[\"data.dst=10.0.0.0/8,10.1.2.3\"]"),
      Example.policy(scope: "[\"comm=ng*\", comm=nginx]"),
      Example.policy(scope: "[comm=nginx]", filters: "[comm=nginx]"),
      Example.policy(scope: "[not-container, not-container]"),
    ])

  static let uselessExclusion = LintRule(
    "useless-exclusion", .warning, "Every exclusion excludes something",
    rationale: """
      Nothing in the policy selects the event that is excluded here. Perhaps it was misspelt, or \
      the set that it belonged to is no longer selected.
      """,
    good: [Example.policy(event: "net_packet_*,-net_packet_udp")],
    bad: [Example.policy(event: "net_packet_tcp,-net_packet_udp")])
}
