// SPDX-License-Identifier: Apache-2.0

/// Finds rules for messages on ports on which no such message is read.
enum NeverDecoded {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.rules.compactMap { rule in
      let reasons = rule.events.map { event -> String? in
        let rule = PlanRule(policy: 0, event: event, scope: [], filters: rule.filters)
        return rule.contradiction == nil ? rule.reasonNotToDecode : nil
      }
      guard let first = reasons.first, let reason = first, !reasons.contains(nil) else {
        return nil
      }
      return .neverDecoded(rule.document, reason)
    }
  }
}

extension PlanRule {
  /// Why no message is read on the ports that the rule leaves; nil if some may be.
  fileprivate var reasonNotToDecode: String? {
    switch event.contentProtocol {
    case .dns?:
      let ports = Set(ContentProtocol.dns.description.ports.values.joined()).sorted()
      return canHave(ports)
        ? nil
        : "DNS is read on the ports \(ports.map(String.init).joined(separator: ", "))"
    case .http?:
      // Clear text on a port of TLS is an error of the client.
      let secure: [PacketField] = [.sourcePort, .destinationPort]
      let isSecure = secure.contains { field in
        let conditions = filters.filter { $0.field == field }.map(\.condition)
        return conditions.contains { condition in
          !condition.included.isEmpty
            && condition.included.allSatisfy {
              $0 == .numbers(443...443) || $0 == .numbers(8443...8443)
            }
        }
      }
      return isSecure ? "HTTPS is encrypted, and its heads cannot be read" : nil
    case nil: return nil
    }
  }

  private func canHave(_ ports: [UInt16]) -> Bool {
    let operands = ports.map { Operand.numbers(UInt64($0)...UInt64($0)) }
    return [PacketField.sourcePort, .destinationPort].contains { field in
      var rule = self
      rule.filters.append(Clause(field, Condition(included: operands)))
      return rule.contradiction == nil
    }
  }
}

extension LintRule {
  static let neverDecoded = LintRule(
    "never-decoded", .warning, "A rule is about ports on which its messages are read",
    rationale: """
      A message of DNS is read where one of the ports is one of DNS. HTTP is read on any port, but \
      what TLS encrypts cannot be. On other ports, use the event of the transport.
      """,
    good: [
      Example.policy(event: "net_packet_dns", filters: "[data.dst_port=53]"),
      Example.policy(event: "net_packet_http", filters: "[data.dst_port=8080]"),
    ],
    bad: [
      Example.policy(
        event: "net_packet_dns", filters: "[data.dst_port=8053, data.src_port=1024-5000]"),
      Example.policy(event: "net_packet_http", filters: "[data.dst_port=443]"),
    ])
}

extension Diagnostic {
  fileprivate static func neverDecoded(_ rule: PolicyDocument.Rule, _ reason: String) -> Self {
    Self(
      .neverDecoded, "no message that this rule matches is ever read: \(reason)", at: rule.event,
      help: "select the packets with net_packet_tcp or net_packet_udp")
  }
}
