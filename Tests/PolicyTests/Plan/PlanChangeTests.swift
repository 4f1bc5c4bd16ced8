// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

/// What a reload says has become of the policies.
struct PlanChangeTests {
  private func plan(_ policies: (String, [PlanRule])...) -> TracePlan {
    var plan = TracePlan(policies: policies.map(\.0), rules: [])
    for (index, (_, rules)) in policies.enumerated() {
      for var rule in rules {
        rule.policy = index
        plan.rules.append(rule)
      }
    }
    return plan
  }

  private let tcp = PlanRule(policy: 0, event: .tcp)
  private let udp = PlanRule(policy: 0, event: .udp)

  @Test func `a plan does not differ from itself`() {
    let plan = plan(("a", [tcp, udp]), ("b", []))
    let change = PlanChange(from: plan, to: plan)
    #expect(change.added.isEmpty && change.removed.isEmpty && change.changed.isEmpty)
  }

  @Test func `policies are known by their names, wherever they stand`() {
    let change = PlanChange(
      from: plan(("a", [tcp]), ("b", [udp]), ("c", [tcp])),
      to: plan(("d", [tcp]), ("c", [tcp]), ("b", [udp])))
    #expect(change.added == ["d"])
    #expect(change.removed == ["a"])
    #expect(change.changed.isEmpty)
    #expect(change.description == "1 added, 1 removed, 0 changed")
  }

  @Test func `a policy changes with its rules, their filters, scopes and order`() {
    var filtered = tcp
    filtered.filters = [Clause(.sourcePort, Condition(included: [.numbers(7...7)]))]
    var scoped = tcp
    scoped.scope = [Clause(.userID, Condition(included: [.numbers(0...0)]))]
    var following = tcp
    following.followed = []
    let others: [[PlanRule]] = [
      [], [tcp], [udp, tcp], [tcp, udp, tcp], [filtered, udp], [scoped, udp], [following, udp],
    ]
    for other in others {
      let change = PlanChange(from: plan(("a", [tcp, udp])), to: plan(("a", other)))
      #expect(change.changed == ["a"] && change.added.isEmpty && change.removed.isEmpty)
    }
  }

  @Test func `a policy without rules is there all the same`() {
    let change = PlanChange(from: plan(("a", [])), to: plan(("a", []), ("b", [])))
    #expect(change.added == ["b"] && change.removed.isEmpty && change.changed.isEmpty)
  }
}
