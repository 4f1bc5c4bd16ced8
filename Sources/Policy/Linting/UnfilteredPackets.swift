/// Finds rules that match every packet on the machine.
enum UnfilteredPackets {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    guard policy.scope.contains(where: { $0.target == .everything }) else { return [] }
    return policy.rules.filter { $0.document.filters.isEmpty }.compactMap { rule in
      let plenty = rule.events.filter(\.isOfEveryPacket)
      return plenty.isEmpty ? nil : .unfiltered(rule.document, plenty)
    }
  }
}

extension EventKind {
  /// Whether every packet of a protocol that carries data gives the event.
  fileprivate var isOfEveryPacket: Bool { [.ipv4, .ipv6, .tcp, .udp].contains(self) }
}

extension LintRule {
  static let unfilteredPackets = LintRule(
    "unfiltered-packets", .warning, "A packet event under `global` has a filter",
    rationale: """
      Without one, the rule writes an event for every packet on the machine, including those of \
      the session that reads the events.
      """,
    good: [
      Example.policy(scope: "[global]", filters: "[data.dst_port=80]"),
      Example.policy(scope: "[comm=nginx]"),
      Example.policy(scope: "[global]", event: "net_packet_icmp"),
    ],
    bad: [Example.policy(scope: "[global]")])
}

extension Diagnostic {
  fileprivate static func unfiltered(
    _ rule: PolicyDocument.Rule, _ events: [EventKind]
  ) -> Self {
    let names = events.map { "`\($0.name)`" }.joined(separator: ", ")
    return Self(
      .unfilteredPackets,
      "\(names) without a filter under `global` matches every packet on the machine",
      at: rule.event,
      help: "add a filter such as data.dst_port=443, or narrow the scope")
  }
}
