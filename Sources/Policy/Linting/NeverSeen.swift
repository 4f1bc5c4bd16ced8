/// Finds rules for packets that no socket gets, so that tracing never sees them.
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
  /// Why only raw sockets get the packets that the rule wants; nil when others may.
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
    "never-seen", .warning, "A rule wants packets that sockets get",
    rationale: """
      Tracing sees a packet where a socket sends or receives it. What the kernel answers or uses \
      by itself it never sees, unless a raw socket gets a copy: echo requests, errors and all \
      other messages of ICMP that arrive, except echo replies. Fragments that arrive are put \
      together before. A capture that is replayed has them all. See docs/packets.md.
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
      "tracing sees no packet that the rule wants, unless a raw socket gets it: \(reason)",
      at: rule.event,
      help: "see docs/packets.md for what is seen where")
  }
}
