// SPDX-License-Identifier: Apache-2.0

extension TracePlan {
  /// The suffix that a previewed policy's name gets in the plan of both sets.
  public static let previewSuffix = " (preview)"

  /// Returns this plan with another one next to it, whose policies judge the same packets and give no events.
  ///
  /// The signatures of the other plan are not watched for.
  ///
  /// - Returns: nil when both together have more than ``ruleLimit`` rules.
  public func previewing(_ other: TracePlan) -> TracePlan? {
    let others = other.rules.filter { $0.feed == nil }
    guard rules.count + others.count <= Self.ruleLimit else { return nil }
    var both = self
    both.previewed = policies.count
    both.policies += other.policies.map { $0 + Self.previewSuffix }
    both.rules += others.map { rule in
      var rule = rule
      rule.policy += policies.count
      return rule
    }
    return both
  }
}
