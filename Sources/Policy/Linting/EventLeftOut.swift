extension LintRule {
  static let eventLeftOut = LintRule(
    "event-left-out", .warning,
    "No event of a set or prefix lacks the field that a filter asks about",
    rationale: """
      The rule goes on without the events that lack the field. Name the events that are meant, or \
      give the others a rule of their own.
      """,
    good: [
      Example.policy(event: "net_packet_tcp,net_packet_udp", filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(event: "net_packet_*", filters: "[data.dst_port=80]")
    ])
}
