/// Finds values of filters that could be removed without changing what matches.
///
/// The cost is quadratic in the values of a rule; beyond a ``Budget`` the check stops and reports nothing more.
enum UselessFilter {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    var budget = Budget()
    let scope = useless(in: policy.scope, &budget) { filters in
      [PlanRule(policy: 0, event: .ipv6, scope: filters, filters: [])]
    }
    // What the scope already requires is useless in a rule, unless `follow` lets a process outlive the scope.
    let demanded = policy.follows ? [] : policy.scope
    return scope
      + policy.rules.flatMap { rule in
        useless(in: rule.filters, &budget) { filters in
          rule.events.map { PlanRule(policy: 0, event: $0, scope: demanded, filters: filters) }
        }
      }
  }

  /// Returns a finding for each value without which the rules of some filters mean the same, tried from the last to the
  /// first.
  private static func useless(
    in filters: [CheckedFilter], _ budget: inout Budget, rules: ([CheckedFilter]) -> [PlanRule]
  ) -> [Diagnostic] {
    var left = filters
    var before = rules(left)
    // A rule that can never match has a finding of its own.
    guard !before.isEmpty, before.allSatisfy({ $0.contradiction == nil }) else { return [] }
    var found: [Diagnostic] = []
    for (index, filter) in filters.enumerated().reversed() {
      for position in filter.values.indices.reversed() {
        var fewer = left
        fewer[index].values.remove(at: position)
        guard budget.spend(before.reduce(0) { $0 + $1.weight }) else { return found }
        let after = rules(fewer.filter { !$0.values.isEmpty || $0.target == .everything })
        let isUseless = zip(before, after).allSatisfy { $0.implies($1) && $1.implies($0) }
        guard isUseless else { continue }
        (left, before) = (fewer, after)
        found.append(.useless(filter, filter.values[position]))
      }
    }
    return found.reversed()
  }
}

extension Diagnostic {
  fileprivate static func useless(_ filter: CheckedFilter, _ value: CheckedFilter.Value) -> Self {
    let isOnly = filter.values.count == 1
    let what = isOnly ? "this filter" : "`\(value.word.text)`"
    return Self(
      .uselessFilter, "\(what) makes no difference here",
      source: filter.expression.source.source,
      range: isOnly ? filter.expression.source.range : value.word.range, help: "remove it")
  }
}
