// SPDX-License-Identifier: Apache-2.0

extension TracePlan {
  /// What is added to the name of a policy that is only previewed.
  public static let previewSuffix = " (preview)"

  /// This plan, and beside it another one that is only previewed: its policies judge, and nothing of theirs is shown.
  ///
  /// - Returns: nil when both together have more than ``ruleLimit`` rules.
  public func previewing(_ other: TracePlan) -> TracePlan? {
    guard rules.count + other.rules.count <= Self.ruleLimit else { return nil }
    var both = self
    both.previewed = policies.count
    both.policies += other.policies.map { $0 + Self.previewSuffix }
    both.rules += other.rules.map { rule in
      var rule = rule
      rule.policy += policies.count
      return rule
    }
    return both
  }
}
