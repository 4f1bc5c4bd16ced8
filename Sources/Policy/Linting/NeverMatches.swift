// SPDX-License-Identifier: Apache-2.0

/// Finds rules that contradict themselves or the scope of their policy.
enum NeverMatches {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    let scope = PlanRule(policy: 0, event: .ipv6, scope: policy.scope, filters: [])
    if let target = scope.contradiction {
      return [.scopeNeverMatches(policy, target)]
    }
    return policy.rules.compactMap { rule in
      let filters = rule.filters
      // With `follow` a process stays in scope whatever it becomes, so only the rule can contradict itself.
      let scope = policy.follows ? [] : policy.scope
      let contradictions = rule.events.map { event in
        PlanRule(policy: 0, event: event, scope: scope, filters: filters).contradiction
      }
      guard let first = contradictions.first, let target = first,
        !contradictions.contains(where: { $0 == nil })
      else { return nil }
      let alone = PlanRule(policy: 0, event: rule.events[0], scope: [], filters: filters)
      return .ruleNeverMatches(
        rule, target, inScope: alone.contradiction == nil ? policy.scope : [])
    }
  }
}

extension LintRule {
  static let neverMatches = LintRule(
    "never-matches", .error, "Every rule can match something",
    rationale: """
      The filters of the rule, alone or together with the policy's scope, contradict each other: \
      no packet can meet all of them. Values after `=` are alternatives, but bounds, `!=` and the \
      scope must hold as well. An event of IPv4 packets never has an IPv6 address, and the two \
      addresses of a packet are of the same family.
      """,
    good: [
      Example.policy(scope: "[\"uid=0,1000\"]"),
      Example.policy(filters: "[data.dst_port>=1024, data.dst_port!=8080]"),
      Example.policy(scope: "[\"comm=a*\"]", filters: "[comm=ab]"),
    ],
    bad: [
      Example.policy(scope: "[uid=0, uid>=1000]"),
      Example.policy(filters: "[data.dst_port>443, data.dst_port<80]"),
      Example.policy(filters: "[data.dst=10.1.2.3, data.dst!=10.0.0.0/8]"),
      Example.policy(filters: "[data.dst_port=80, data.proto_tcp.dstPort=443]"),
      Example.policy(filters: "[data.src=10.0.0.1, \"data.dst=fe80::/10\"]"),
      Example.policy(scope: "[comm=nginx]", filters: "[comm=envoy]"),
      Example.policy(scope: "[container]", filters: "[not-container]"),
      Example.policy(scope: "[not-container]", filters: "[container=3f9a]"),
      Example.policy(event: "net_packet_icmp", filters: "[\"data.dst=fe80::/10\"]"),
    ])
}

extension Diagnostic {
  fileprivate static func scopeNeverMatches(
    _ policy: CheckedPolicy, _ target: CheckedFilter.Target
  ) -> Self {
    contradiction("the scope can never match", policy.scope.filter { $0.target == target })
      ?? Self(
        .neverMatches, "the scope can never match",
        source: policy.document.source, range: policy.document.name.range)
  }

  fileprivate static func ruleNeverMatches(
    _ rule: CheckedPolicy.Rule, _ target: CheckedFilter.Target, inScope scope: [CheckedFilter]
  ) -> Self {
    var filters = rule.filters.filter { $0.target.isSameField(as: target) }
    let alone = PlanRule(policy: 0, event: rule.events[0], scope: scope, filters: filters)
    if case .packet = target, alone.contradiction == nil {
      // The two addresses contradict each other.
      filters = rule.filters.filter { $0.isOfAddresses }
    }
    let scoped = scope.filter { $0.target.isSameField(as: target) }
    let message =
      scoped.isEmpty ? "the rule can never match" : "the rule can never match within the scope"
    return contradiction(message, filters + scoped)
      ?? Self(
        .neverMatches, message, at: rule.document.event)
  }

  private static func contradiction(_ message: String, _ filters: [CheckedFilter]) -> Self? {
    guard let first = filters.first?.expression else { return nil }
    let others = filters.dropFirst().map(\.expression.source)
    var what = "`\(first.key.text)` contradicts itself"
    if others.isEmpty {
      what = "`\(first.key.text)` can never have such a value"
    } else if let other = filters.first(where: { $0.target != filters[0].target }) {
      what = "`\(first.key.text)` contradicts `\(other.expression.key.text)`"
    }
    return Self(
      .neverMatches,
      "\(message): \(what)",
      at: first.source,
      help: "values after `=` are alternatives; bounds, `!=` and the scope must hold as well",
      related: others.map {
        Related(message: "it conflicts with this", source: $0.source, range: $0.range)
      })
  }
}

extension CheckedFilter {
  /// Whether the filter is about the source or the destination of the packet.
  fileprivate var isOfAddresses: Bool {
    guard case .packet(let field, _) = target else { return false }
    let common = field.commonField ?? field
    return common == .source || common == .destination
  }
}

extension CheckedFilter.Target {
  /// Returns whether both are about the same field, of any member.
  fileprivate func isSameField(as other: CheckedFilter.Target) -> Bool {
    switch (self, other) {
    case (.packet(let a, _), .packet(let b, _)):
      (a.commonField ?? a) == (b.commonField ?? b)
    default: self == other
    }
  }
}
