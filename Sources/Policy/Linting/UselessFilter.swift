// SPDX-License-Identifier: Apache-2.0

/// Long lists of values, in which each is compared with its neighbours in order instead of with all others.
private struct LongLists {
  /// The most values of a list that is not long.
  static let limit = 200

  /// The filters that are long lists, by their indexes.
  private(set) var filters: Set<Int> = []
  /// The values that are in another value of their list, by the indexes of their filters and their own.
  private(set) var useless: [(filter: Int, value: Int)] = []

  init(_ filters: [CheckedFilter]) {
    for (index, filter) in filters.enumerated() where filter.values.count > Self.limit {
      self.filters.insert(index)
      useless += Self.repeated(filter).sorted().map { (filter: index, value: $0) }
    }
  }

  private static func repeated(_ filter: CheckedFilter) -> [Int] {
    var addresses: [(range: ClosedRange<IPAddress>, value: Int)] = []
    var numbers: [(range: ClosedRange<UInt64>, value: Int)] = []
    var others: Set<[Operand]> = []
    var repeated: [Int] = []
    for (index, value) in filter.values.enumerated() {
      guard case .operands(let operands) = value.meaning else { continue }
      switch operands.count == 1 ? operands[0] : nil {
      case .addresses(let range)?: addresses.append((range, index))
      case .numbers(let range)?: numbers.append((range, index))
      default: if !others.insert(operands).inserted { repeated.append(index) }
      }
    }
    return repeated + contained(addresses) + contained(numbers)
  }

  /// Returns the values whose range is in that of another one.
  private static func contained<Value: Comparable>(
    _ ranges: [(range: ClosedRange<Value>, value: Int)]
  ) -> [Int] {
    let sorted = ranges.sorted { a, b in
      if a.range.lowerBound != b.range.lowerBound { return a.range.lowerBound < b.range.lowerBound }
      if a.range.upperBound != b.range.upperBound { return a.range.upperBound > b.range.upperBound }
      return a.value < b.value
    }
    var last: Value?
    var contained: [Int] = []
    for (range, value) in sorted {
      if let end = last, range.upperBound <= end {
        contained.append(value)
      } else {
        last = range.upperBound
      }
    }
    return contained
  }
}

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
    let long = LongLists(filters)
    found += long.useless.reversed().map {
      Diagnostic.useless(filters[$0.filter], filters[$0.filter].values[$0.value])
    }
    for (index, filter) in filters.enumerated().reversed() where !long.filters.contains(index) {
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
    for target in Set(left.map(\.target)) {
      let together = left.filter { $0.target == target }
      let count = together.reduce(0) { $0 + $1.values.count }
      guard count > 1, count <= LongLists.limit else { continue }
      guard budget.spend(before.reduce(0) { $0 + $1.weight }) else { break }
      let after = rules(left.filter { $0.target != target })
      guard zip(before, after).allSatisfy({ $0.implies($1) && $1.implies($0) }) else { continue }
      found.insert(.uselessTogether(together), at: 0)
    }
    return Array(found.reversed())
  }
}

extension Diagnostic {
  fileprivate static func uselessTogether(_ filters: [CheckedFilter]) -> Self {
    let first = filters[0].expression
    return Self(
      .uselessFilter, "the values of `\(first.key.text)` together are all that it can have",
      at: first.source, help: "remove the filter",
      related: filters.dropFirst().map {
        Related(message: "together with this", at: $0.expression.source)
      })
  }

  fileprivate static func useless(_ filter: CheckedFilter, _ value: CheckedFilter.Value) -> Self {
    let isOnly = filter.values.count == 1
    let what = isOnly ? "this filter" : "`\(value.word.text)`"
    return Self(
      .uselessFilter, "\(what) makes no difference here",
      source: filter.expression.source.source,
      range: isOnly ? filter.expression.source.range : value.word.range, help: "remove it")
  }
}
