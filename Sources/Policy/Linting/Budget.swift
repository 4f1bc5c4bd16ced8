/// How much may be compared before a check stops looking, so that no file can keep the linter busy.
struct Budget {
  private var left: Int

  /// What one policy may cost: well above what anybody writes by hand.
  static let ofPolicy = 300_000

  init(_ amount: Int = Budget.ofPolicy) { left = amount }

  /// Takes an amount; false, and nothing is left, when there is not as much.
  mutating func spend(_ amount: Int) -> Bool {
    left = amount <= left ? left - amount : 0
    return left > 0
  }
}

extension PlanRule {
  /// How many values and bounds its clauses hold, and one for itself.
  var weight: Int {
    (scope.map(\.condition) + filters.map(\.condition)).reduce(1) {
      $0 + $1.included.count + $1.excluded.count + $1.bounds.count
    }
  }
}
