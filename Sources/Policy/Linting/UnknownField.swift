extension LintRule {
  static let unknownField = LintRule(
    "unknown-field", .error, "Every filter asks about something that its event has",
    rationale: """
      A filter on a field that an event lacks would match nothing, or everything.
      """,
    good: [
      Example.policy(filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(filters: "[data.dst_prot=80]"),
      Example.policy(event: "net_packet_icmp", filters: "[data.dst_port=80]"),
    ])
}
