/// Finds values of filters that could be left out without changing what matches.
///
/// It costs the square of the values of a rule; beyond a ``Budget`` nothing is said.
enum UselessFilter {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    var budget = Budget()
    let scope = useless(in: policy.scope, &budget) { filters in
      [PlanRule(policy: 0, event: .ipv6, scope: filters, filters: [])]
    }
    // What the scope already demands is useless in a rule, unless the scope can be outlived.
    let demanded = policy.follows ? [] : policy.scope
    return scope
      + policy.rules.flatMap { rule in
        useless(in: rule.filters, &budget) { filters in
          rule.events.map { PlanRule(policy: 0, event: $0, scope: demanded, filters: filters) }
        }
      }
  }

  /// The values, from the last to the first, without which the rules of some filters mean the same.
  private static func useless(
    in filters: [CheckedFilter], _ budget: inout Budget, rules: ([CheckedFilter]) -> [PlanRule]
  ) -> [Diagnostic] {
    var left = filters
    var before = rules(left)
    // What can never match is another finding.
    guard !before.isEmpty, before.allSatisfy({ $0.contradiction == nil }) else { return [] }
    var found: [Diagnostic] = []
    for (index, filter) in filters.enumerated().reversed() {
      for position in filter.values.indices.reversed() {
        var fewer = left
        fewer[index].values.remove(at: position)
        guard budget.spend(before.reduce(0) { $0 + $1.weight }) else { return found }
        let after = rules(
          fewer.filter { !$0.values.isEmpty || $0.target == .everything || $0.element != nil })
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
      range: isOnly ? filter.expression.source.range : value.word.range, help: "leave it out")
  }
}
