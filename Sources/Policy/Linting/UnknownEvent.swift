extension LintRule {
  static let unknownEvent = LintRule(
    "unknown-event", .error, "Every event is one that exists",
    rationale: """
      The event is neither a name, nor a set, nor a prefix of names with a star behind it.
      """,
    good: [
      Example.policy(event: "net_packet_*"),
      Example.policy(event: "net_packet_tcp,net_packet_udp"),
    ],
    bad: [
      Example.policy(event: "net_packet_tpc")
    ])
}
