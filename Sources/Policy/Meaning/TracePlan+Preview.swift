// SPDX-License-Identifier: Apache-2.0

extension TracePlan {
  /// The suffix that a previewed policy's name gets in the plan of both sets.
  public static let previewSuffix = " (preview)"

  /// Returns this plan with another one next to it, whose policies and signatures judge the same packets and give no events.
  ///
  /// Programs of signatures are not asked for the other plan.
  ///
  /// - Returns: nil when both together have more than ``ruleLimit`` rules.
  public func previewing(_ other: TracePlan) -> TracePlan? {
    let isOfProgram = other.uses.map { other.signatures[$0.signature].program != nil }
    let others = other.rules.filter { rule in rule.feed.map { !isOfProgram[$0.use] } ?? true }
    guard rules.count + others.count <= Self.ruleLimit else { return nil }
    var both = self
    both.previewed = policies.count
    both.policies += other.policies.map { $0 + Self.previewSuffix }
    both.signatures += other.signatures
    both.uses += other.uses.map { use in
      var use = use
      use.signature += signatures.count
      use.policy += policies.count
      use.feeds.removeAll { isOfProgram[$0.target.use] }
      for index in use.feeds.indices { use.feeds[index].target.use += uses.count }
      return use
    }
    both.rules += others.map { rule in
      var rule = rule
      rule.policy += policies.count
      rule.feed?.use += uses.count
      return rule
    }
    return both
  }
}
