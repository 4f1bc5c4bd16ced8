// SPDX-License-Identifier: Apache-2.0

/// Finds filters that name all addresses of one family, and nothing of the other.
enum OneFamily {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.rules.flatMap { rule in
      // Events of one family have nothing to leave out.
      guard rule.events.contains(where: { !$0.isIPv4 && $0 != .ipv6 && $0 != .icmpv6 }) else {
        return [Diagnostic]()
      }
      return rule.filters.filter { $0.type == .address }.compactMap { filter in
        let alike = rule.filters.filter {
          $0.target == filter.target && $0.expression.comparison == filter.expression.comparison
        }.flatMap { $0.values.map(\.word) }
        guard alike.count == 1, let family = ["0.0.0.0/0": "IPv4", "::/0": "IPv6"][alike[0].text]
        else { return nil }
        return .oneFamily(filter, alike[0], family)
      }
    }
  }
}

extension LintRule {
  static let oneFamily = LintRule(
    "one-family", .note, "A filter on every address names both families",
    rationale: """
      `0.0.0.0/0` is every IPv4 address and no IPv6 address, and `::/0` is the reverse. So \
      `data.dst!=0.0.0.0/0` leaves IPv6.
      """,
    good: [Example.policy(filters: "[data.dst=10.0.0.0/8]")],
    bad: [
      Example.policy(filters: "[data.dst=0.0.0.0/0]"),
      Example.policy(filters: "[data.dst!=0.0.0.0/0]"),
    ])
}

extension Diagnostic {
  fileprivate static func oneFamily(
    _ filter: CheckedFilter, _ word: FilterExpression.Word, _ family: String
  ) -> Self {
    let other = family == "IPv4" ? "IPv6" : "IPv4"
    let isWanted = filter.expression.comparison == .equal
    return Self(
      .oneFamily,
      "this matches every \(isWanted ? family : other) address, and no \(isWanted ? other : family) address",
      source: filter.expression.source.source, range: word.range,
      help:
        "if that is meant, an event of \(isWanted ? family : other) is shorter: net_packet_\((isWanted ? family : other).lowercased())"
    )
  }
}
