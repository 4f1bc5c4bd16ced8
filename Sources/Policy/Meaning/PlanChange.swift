/// What is different in a plan that takes the place of another, policy by policy.
public struct PlanChange: Equatable, Sendable, CustomStringConvertible {
  /// The policies that were not there, in the order of the new plan.
  public private(set) var added: [String] = []
  /// The policies that are no longer there, in the order of the old plan.
  public private(set) var removed: [String] = []
  /// The policies that ask for something else than before, in the order of the new plan.
  public private(set) var changed: [String] = []

  /// Compares two plans.
  ///
  /// A policy is the same while its name is; it has changed when its rules, expanded, are not the same in the same order.
  public init(from old: TracePlan, to new: TracePlan) {
    let before = old.rulesByPolicy
    let after = new.rulesByPolicy
    removed = old.policies.filter { after[$0] == nil }
    for policy in new.policies {
      guard let rules = before[policy] else {
        added.append(policy)
        continue
      }
      if rules != after[policy] || old.watches(of: policy) != new.watches(of: policy) {
        changed.append(policy)
      }
    }
  }

  /// `1 added, 0 removed, 2 changed`.
  public var description: String {
    "\(added.count) added, \(removed.count) removed, \(changed.count) changed"
  }
}

extension TracePlan {
  /// The rules of each policy, as if it stood alone.
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
  fileprivate func watches(of policy: String) -> [Watch] {
    let first = firstUse(of: policy)
    return uses.filter { policies[$0.policy] == policy }.map { use in
      var use = use
      for index in use.feeds.indices { use.feeds[index].target.use -= first }
      let signature = signatures[use.signature]
      (use.policy, use.signature) = (0, 0)
      return Watch(signature: signature, use: use)
    }
  }

  private func firstUse(of policy: String) -> Int {
    uses.firstIndex { policies[$0.policy] == policy } ?? 0
  }

  fileprivate struct Watch: Equatable {
    var signature: Signature
    var use: SignatureUse
  }
}
