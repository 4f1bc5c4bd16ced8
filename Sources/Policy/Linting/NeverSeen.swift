// SPDX-License-Identifier: Apache-2.0

/// Finds rules for packets that no socket receives or sends, which live tracing never sees.
enum NeverSeen {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.rules.compactMap { rule in
      let reasons = rule.events.map { event -> String? in
        let rule = PlanRule(policy: 0, event: event, scope: policy.scope, filters: rule.filters)
        return rule.contradiction == nil ? rule.hiddenReason : nil
      }
      guard let first = reasons.first, let reason = first, !reasons.contains(nil) else {
        return nil
      }
      return .neverSeen(rule.document, reason)
    }
  }
}

extension PlanRule {
  /// Why only raw sockets receive the packets that the rule matches; nil if other sockets may.
  fileprivate var hiddenReason: String? {
    guard let sight = event.sight else { return nil }
    let isHidden = sight.seen.allSatisfy { clause in
      PlanRule(policy: policy, event: event, scope: scope, filters: filters + [clause])
        .contradiction
        != nil
    }
    return isHidden ? sight.reason : nil
  }
}

extension LintRule {
  static let neverSeen = LintRule(
    "never-seen", .warning, "A rule is about packets that sockets receive or send",
    rationale: """
      Live tracing sees a packet where a socket sends or receives it. It does not see what the \
      kernel handles by itself, unless a raw socket receives a copy: incoming ICMP, such as echo \
      requests and errors, except echo replies. Incoming fragments are reassembled first. In a \
      replayed capture all packets are seen. See docs/packets.md.
      """,
    good: [
      Example.policy(event: "net_packet_icmp", filters: "[data.metadata.direction=ingress]"),
      Example.policy(event: "net_packet_icmp", filters: "[data.proto_icmp.typeCode=EchoRequest]"),
      Example.policy(
        event: "net_packet_icmp",
        filters: "[data.metadata.direction=ingress, data.proto_icmp.typeCode=EchoReply]"),
    ],
    bad: [
      Example.policy(
        event: "net_packet_icmp",
        filters: "[data.metadata.direction=ingress, data.proto_icmp.typeCode=EchoRequest]"),
      Example.policy(
        event: "net_packet_icmpv6",
        filters: "[data.metadata.direction!=egress, "
          + "\"data.proto_icmpv6.typeCode!=EchoReply,ExtendedEchoReply\"]"),
      Example.policy(
        event: "net_packet_ipv4",
        filters: "[data.metadata.direction=ingress, data.proto_ipv4.fragOffset>0]"),
    ])
}

extension Diagnostic {
  fileprivate static func neverSeen(_ rule: PolicyDocument.Rule, _ reason: String) -> Self {
    Self(
      .neverSeen,
      "live tracing never sees the packets that this rule matches, unless a raw socket receives them: \(reason)",
      at: rule.event,
      help: "docs/packets.md lists which packets are seen")
  }
}
