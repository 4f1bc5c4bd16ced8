// SPDX-License-Identifier: Apache-2.0

/// A limit on the comparisons of a check, so that no file can keep the linter busy.
struct Budget {
  private var left: Int

  /// The budget of one policy, in values and bounds compared: far above what is written by hand.
  static let ofPolicy = 300_000

  init(_ amount: Int = Budget.ofPolicy) { left = amount }

  /// Spends an amount.
  ///
  /// Returns false, and leaves nothing, if not enough is left.
  mutating func spend(_ amount: Int) -> Bool {
    left = amount <= left ? left - amount : 0
    return left > 0
  }
}

extension PlanRule {
  /// The number of values and bounds in the rule's clauses, plus one.
  var weight: Int {
    (scope.map(\.condition) + filters.map(\.condition)).reduce(1) {
      $0 + $1.included.count + $1.excluded.count + $1.bounds.count
    }
  }
}
