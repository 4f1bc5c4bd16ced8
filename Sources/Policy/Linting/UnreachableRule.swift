// SPDX-License-Identifier: Apache-2.0

/// Finds rules that add nothing to the rules before them.
///
/// The cost is quadratic in the rules of a policy; beyond a ``Budget`` the check stops and reports nothing more.
enum UnreachableRule {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    let scope = policy.follows ? [] : policy.scope
    var budget = Budget()
    var earlier: [EventKind: [(rule: PlanRule, weight: Int, document: PolicyDocument.Rule)]] = [:]
    return policy.rules.compactMap { rule in
      let expanded = rule.events.map {
        PlanRule(policy: 0, event: $0, scope: scope, filters: rule.filters)
      }
      let weight = expanded.first?.weight ?? 0
      let covers = expanded.map { rule in
        earlier[rule.event, default: []].first { earlier in
          budget.spend(weight + earlier.weight) && rule.implies(earlier.rule)
        }?.document
      }
      for expanded in expanded {
        earlier[expanded.event, default: []].append((expanded, weight, rule.document))
      }
      guard let first = covers.first, let first, !covers.contains(where: { $0 == nil }) else {
        return nil
      }
      return .unreachable(rule.document, first)
    }
  }
}

extension LintRule {
  static let unreachableRule = LintRule(
    "unreachable-rule", .warning, "Every rule matches something that no earlier rule matches",
    rationale: """
      An earlier rule of the same policy matches everything that this rule matches, for the same \
      event. A policy selects an event once, however many of its rules match, so this rule has no \
      effect.
      """,
    good: [
      Example.policy(
        rules: """
            - event: net_packet_tcp
              filters: [data.dst_port=80]
            - event: net_packet_tcp
              filters: [data.dst_port=443]
          """)
    ],
    bad: [
      Example.policy(
        rules: """
            - event: net_packet_tcp
            - event: net_packet_tcp
              filters: [data.dst_port=443]
          """),
      Example.policy(
        rules: """
            - event: net_packet_tcp,net_packet_udp
              filters: [data.dst=10.0.0.0/8]
            - event: net_packet_udp
              filters: [data.dst=10.1.2.0/24, data.dst_port=53]
          """),
    ])
}

extension Diagnostic {
  fileprivate static func unreachable(
    _ rule: PolicyDocument.Rule, _ first: PolicyDocument.Rule
  ) -> Self {
    Self(
      .unreachableRule,
      "an earlier rule matches everything that this rule matches",
      at: rule.event, help: "remove it",
      related: [
        Related(
          message: "the earlier rule", at: first.event)
      ])
  }
}
