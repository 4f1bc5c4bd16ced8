// SPDX-License-Identifier: Apache-2.0

public import Policy

/// What became of the packets that one rule wanted, in all plans that had the rule.
public struct RuleAccount: Equatable, Sendable {
  /// Which rule: rules are the same in two plans when all of this is the same.
  public struct Key: Hashable, Sendable {
    /// The name of the policy.
    public let policy: String
    /// The event that the rule wants.
    public let event: EventKind
    /// How many rules of the policy that want this event stand before it.
    public let number: Int
  }

  /// The rule that the account is of.
  public let key: Key
  /// The packets of which a record was read.
  public var counts = RuleCounts()
  /// The packets that found the ring full.
  public var ringFull: UInt64 = 0

  /// The packets that the rule wanted.
  public var wanted: UInt64 { counts.submitted + ringFull }
}

/// The accounts of the rules of several plans, added up.
struct RuleAccounts {
  /// The accounts, in the order in which their rules were first seen.
  private(set) var all: [RuleAccount] = []
  private var places: [RuleAccount.Key: Int] = [:]

  /// Adds what became of the packets of one plan.
  ///
  /// - Parameters:
  ///   - counts: by the number of the rule.
  ///   - ringFull: by the number of the rule; what is missing at the end is 0.
  mutating func add(_ plan: TracePlan, _ counts: [RuleCounts], ringFull: [UInt64]) {
    var numbers: [RuleAccount.Key: Int] = [:]
    for (rule, count) in zip(plan.rules.indices, counts) {
      let policy = plan.policies[plan.rules[rule].policy]
      let first = RuleAccount.Key(policy: policy, event: plan.rules[rule].event, number: 0)
      let number = numbers[first, default: 0]
      numbers[first] = number + 1
      let key = RuleAccount.Key(policy: policy, event: first.event, number: number)
      if places[key] == nil {
        places[key] = all.count
        all.append(RuleAccount(key: key))
      }
      guard let place = places[key] else { continue }
      all[place].counts += count
      if rule < ringFull.count { all[place].ringFull += ringFull[rule] }
    }
  }
}
