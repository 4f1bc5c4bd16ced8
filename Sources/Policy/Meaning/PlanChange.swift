// SPDX-License-Identifier: Apache-2.0

/// The differences between two plans, by policy.
public struct PlanChange: Equatable, Sendable, CustomStringConvertible {
  /// The policies that only the new plan has, in its order.
  public private(set) var added: [String] = []
  /// The policies that only the old plan has, in its order.
  public private(set) var removed: [String] = []
  /// The policies of both plans whose rules differ, in the order of the new plan.
  public private(set) var changed: [String] = []

  /// Compares two plans, whose policies are matched by name.
  ///
  /// A policy has changed if its expanded rules are not the same in the same order.
  public init(from old: TracePlan, to new: TracePlan) {
    let before = old.rulesByPolicy
    let after = new.rulesByPolicy
    removed = old.policies.filter { after[$0] == nil }
    for policy in new.policies {
      guard let rules = before[policy] else {
        added.append(policy)
        continue
      }
      if rules != after[policy] { changed.append(policy) }
    }
  }

  /// The numbers of policies, as `1 added, 0 removed, 2 changed`.
  public var description: String {
    "\(added.count) added, \(removed.count) removed, \(changed.count) changed"
  }
}

extension TracePlan {
  /// The rules of each policy, with policy index 0, so that they can be compared between plans.
  fileprivate var rulesByPolicy: [String: [PlanRule]] {
    var result = Dictionary(
      policies.map { ($0, [PlanRule]()) }, uniquingKeysWith: { first, _ in first })
    for var rule in rules {
      let name = policies[rule.policy]
      rule.policy = 0
      result[name]?.append(rule)
    }
    return result
  }
}
