// SPDX-License-Identifier: Apache-2.0

/// The differences between two plans, by policy.
public struct PlanChange: Equatable, Sendable, CustomStringConvertible {
  /// The policies that only the new plan has, in its order.
  public private(set) var added: [String] = []
  /// The policies that only the old plan has, in its order.
  public private(set) var removed: [String] = []
  /// The policies of both plans whose rules or labels differ, in the order of the new plan.
  public private(set) var changed: [String] = []

  /// Compares two plans, whose policies are matched by name.
  ///
  /// A policy has changed if its expanded rules are not the same in the same order, or its labels or annotations differ.
  public init(from old: TracePlan, to new: TracePlan) {
    let before = old.rulesByPolicy
    let after = new.rulesByPolicy
    removed = old.policies.filter { after[$0] == nil }
    for policy in new.policies {
      guard let rules = before[policy] else {
        added.append(policy)
        continue
      }
      if rules != after[policy] || old.watches(of: policy) != new.watches(of: policy)
        || old.labels[policy] != new.labels[policy]
        || old.annotations[policy] != new.annotations[policy]
      {
        changed.append(policy)
      }
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
      if let feed = rule.feed { rule.feed?.use = feed.use - firstUse(of: name) }
      result[name]?.append(rule)
    }
    return result
  }

  /// What a policy watches for, as if it stood alone.
  func watches(of policy: String) -> [Watch] {
    let first = firstUse(of: policy)
    return uses.filter { policies[$0.policy] == policy }.map { use in
      var use = use
      for index in use.feeds.indices { use.feeds[index].target.use -= first }
      let signature = signatures[use.signature]
      (use.policy, use.signature) = (0, 0)
      return Watch(signature: signature, use: use)
    }
  }

  /// The rules that feed a signature for a policy, without their places in the plan.
  func scopes(of signature: String, in policy: String) -> [PlanRule] {
    rules.compactMap { rule in
      guard let feed = rule.feed, policies[rule.policy] == policy,
        signatures[uses[feed.use].signature].name == signature
      else { return nil }
      var rule = rule
      rule.policy = 0
      rule.feed = PlanRule.Feed(use: 0, selection: feed.selection)
      return rule
    }
  }

  private func firstUse(of policy: String) -> Int {
    uses.firstIndex { policies[$0.policy] == policy } ?? 0
  }

  /// A signature that a policy watches for, and how.
  struct Watch: Equatable {
    var signature: Signature
    var use: SignatureUse

    /// What decides what is found and shown, apart from who takes the findings.
    var words: Words { Words(signature: signature, isShown: use.isShown, filters: use.filters) }

    struct Words: Equatable {
      var signature: Signature
      var isShown: Bool
      var filters: [Clause<String>]
    }
  }
}
