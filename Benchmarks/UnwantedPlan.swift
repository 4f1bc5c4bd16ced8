// SPDX-License-Identifier: Apache-2.0

import Policy

/// A plan whose rules use every dimension of packets and most of owners, and none of which wants what is sent on loopback.
///
/// A quarter of the rules each is refused by the owner, the destination, the source and the destination port alone, so
/// that every table is asked; the last one about the owner.
///
/// - Parameter directions: those that the rules ask for.
func unwantedPlan(rules count: Int, directions: ClosedRange<UInt64> = 0...1) -> TracePlan {
  let rules = (0..<count).map { number in
    let refusal = Refusal.allCases[(count - 1 - number) % Refusal.allCases.count]
    func asks(_ what: Refusal, _ operand: Operand) -> Condition {
      refusal == what ? Condition(included: [operand]) : Condition(excluded: [operand])
    }
    let user = UInt64(100_000 + number)
    return PlanRule(
      policy: 0, event: .udp,
      scope: [
        Clause(.userID, asks(.owner, .numbers(user...user))),
        Clause(.processID, Condition(bounds: [Bound(.greater, UInt64(number % 2))])),
        Clause(.comm, Condition(excluded: [.text(.exact("program-\(number)"))])),
        Clause(.cgroup, Condition(excluded: [.text(.prefix("/group-\(number)"))])),
      ],
      filters: [
        Clause(.source, asks(.source, .addresses(network(number)))),
        Clause(.destination, asks(.destination, .addresses(network(number + 7)))),
        Clause(.sourcePort, Condition(bounds: [Bound(.greaterOrEqual, UInt64(number))])),
        Clause(.destinationPort, asks(.port, .numbers(port(number)...port(number)))),
        Clause(.direction, Condition(included: [.numbers(directions)])),
      ])
  }
  return TracePlan(policies: ["bench"], rules: rules)
}

private enum Refusal: CaseIterable {
  case owner, destination, source, port
}

/// A network of 256 addresses for each number, 10.0.0.0/24 and so on.
private func network(_ number: Int) -> ClosedRange<IPAddress> {
  let first = 0x0a00_0000 + UInt32(number) * 256
  return IPAddress(ipv4: first)...IPAddress(ipv4: first + 255)
}

/// A port that is no socket's here: ephemeral ones are greater.
private func port(_ number: Int) -> UInt64 { 20_000 + UInt64(number) }
