// SPDX-License-Identifier: Apache-2.0

/// Finds rules that match every packet on the machine.
enum UnfilteredPackets {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    guard policy.scope.allSatisfy({ $0.target == .everything || $0.target == .follow }),
      !policy.scope.isEmpty, policy.scope.count == policy.document.scope.count
    else { return [] }
    return policy.rules.filter { rule in
      rule.document.filters.isEmpty
        || (rule.filters.count == rule.document.filters.count && filtersNothing(rule))
    }.compactMap { rule in
      let plenty = rule.events.filter(\.isOfEveryPacket)
      return plenty.isEmpty ? nil : .unfiltered(rule.document, plenty)
    }
  }

  /// Returns whether every packet of the rule's events meets its filters.
  private static func filtersNothing(_ rule: CheckedPolicy.Rule) -> Bool {
    rule.events.allSatisfy { event in
      let filtered = PlanRule(policy: 0, event: event, scope: [], filters: rule.filters)
      return filtered.weight < 64
        && PlanRule(policy: 0, event: event, filters: []).implies(filtered)
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
      `follow` alone selects as much as `global`. Without a filter, the rule writes an event for every packet on the machine, including those of \
      the session that reads the events.
      """,
    good: [
      Example.policy(scope: "[global]", filters: "[data.dst_port=80]"),
      Example.policy(scope: "[comm=nginx]"),
      Example.policy(scope: "[global]", event: "net_packet_icmp"),
    ],
    bad: [
      Example.policy(scope: "[global]"), Example.policy(scope: "[follow]"),
      Example.policy(scope: "[global]", filters: "[data.dst_port>=0]"),
    ])
}

extension Diagnostic {
  fileprivate static func unfiltered(
    _ rule: PolicyDocument.Rule, _ events: [EventKind]
  ) -> Self {
    let names = events.map { "`\($0.name)`" }.joined(separator: ", ")
    return Self(
      .unfilteredPackets,
      "\(names) without a filter that leaves something out matches every packet on the machine",
      at: rule.event,
      help: "add a filter such as data.dst_port=443, or narrow the scope")
  }
}
