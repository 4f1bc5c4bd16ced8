// SPDX-License-Identifier: Apache-2.0

import Policy

/// Rules that ask for each number that a header holds, for addresses, ports and directions, alone and together.
enum DecisionRules {
  static let plan = TracePlan(policies: ["p"], rules: bare + ofHeaders + ofFlows)

  private static let kinds: [EventKind] = [.ipv4, .ipv6, .tcp, .udp, .icmp, .icmpv6]

  private static let bare = EventKind.allCases.map { PlanRule(policy: 0, event: $0) }

  /// By `=`, by `!=` and by bounds.
  private static let ofHeaders = kinds.flatMap { kind in
    PacketField.allCases.filter { $0.description.events.contains(kind) }.flatMap { field in
      guard let count = field.headerBits?.bits.count else { return [PlanRule]() }
      let last = UInt64(1) << UInt64(count) - 1
      return [
        Condition(included: [.numbers(last / 2...last / 2), .numbers(last...last)]),
        Condition(excluded: [.numbers(0...last / 3)]),
        Condition(bounds: [Bound(.greater, 0), Bound(.lessOrEqual, last / 2)]),
      ].map { PlanRule(policy: 0, event: kind, filters: [Clause(field, $0)]) }
    }
  }

  private static let ofFlows = kinds.flatMap { kind in
    [
      [Clause(.source, Condition(included: [v4(0xc000_0200, 24), v6(0x2001_0db8 << 32, 32)]))],
      [Clause(.destination, Condition(excluded: [v4(0xc633_6402, 32), v6(0x2001_0db8 << 32, 1)]))],
      [Clause(.sourcePort, Condition(bounds: [Bound(.less, 1_024)]))],
      [
        Clause(.destinationPort, Condition(included: [.numbers(53...53), .numbers(80...443)])),
        Clause(.direction, Condition(included: [.numbers(1...1)])),
      ],
      [
        Clause(.destinationPort, Condition(excluded: [.numbers(80...80)])),
        Clause(.source, Condition(excluded: [v4(0, 1)])),
      ],
    ].map { PlanRule(policy: 0, event: kind, filters: $0) }
  }

  private static func v4(_ start: UInt32, _ length: UInt32) -> Operand {
    let last = length == 32 ? start : start | UInt32.max >> length
    return .addresses(IPAddress(ipv4: start)...IPAddress(ipv4: last))
  }

  /// A prefix of no more than 64 bits.
  private static func v6(_ high: UInt64, _ length: UInt64) -> Operand {
    .addresses(
      IPAddress(high: high, low: 0)...IPAddress(high: high | UInt64.max >> length, low: .max))
  }
}
