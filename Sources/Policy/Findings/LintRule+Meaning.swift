// SPDX-License-Identifier: Apache-2.0

/// The lint rules about the meaning of policies that no single check owns.
extension LintRule {
  static let tooManyRules = LintRule(
    "too-many-rules", .error, "All policies together have at most 1,024 rules",
    rationale: """
      Each event of each rule is one bit in every row of the kernel's tables. Merge rules for the \
      same event into one with a list of values.
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
      Every event that the policy selects is also excluded, and an exclusion applies to the whole \
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
      Without this value the filters match exactly the same packets: it is repeated, or contained \
      in another value, or every packet has it. Often a wider range or a narrower list was \
      intended.
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
      Example.policy(filters: "[data.proto_tcp.SYN=1, data.proto_tcp.SYN=0]"),
      Example.policy(filters: "[\"data.metadata.direction=ingress,egress\"]"),
      Example.policy(filters: "[\"data.dst=0.0.0.0/0,::/0\"]"),
    ])

  static let uselessExclusion = LintRule(
    "useless-exclusion", .warning, "Every exclusion excludes something",
    rationale: """
      Nothing in the policy selects the event that is excluded here. It may be misspelt, or the set \
      that it belongs to may no longer be selected.
      """,
    good: [Example.policy(event: "net_packet_*,-net_packet_udp")],
    bad: [Example.policy(event: "net_packet_tcp,-net_packet_udp")])
}
