// SPDX-License-Identifier: Apache-2.0

/// Conclusions from all clauses on one field, as far as they are certain.
struct FieldLogic {
  private let profile: FieldProfile
  /// For each clause that needs a value, a superset of the values that meet it.
  private var wanted: [ValueSet] = []
  /// The excluded values, without those of members.
  private var excluded: ValueSet
  /// Whether a clause is about members, of which a field can have several in addition to its value.
  private var hasMembers = false

  init(_ conditions: [Condition], _ profile: FieldProfile) {
    self.profile = profile
    excluded = ValueSet(conditions.flatMap(\.excluded).filter { !$0.isMember }) ?? .none
    hasMembers = conditions.contains { $0.excluded.contains(where: \.isMember) }
    for condition in conditions where condition.wantsValue {
      if let values = condition.values(within: profile.domain) {
        wanted.append(values)
      } else {
        hasMembers = true
      }
    }
  }

  private var isSingle: Bool { profile.isSingle && !hasMembers }

  /// A superset of the values that a field with a single value can have.
  private var possible: ValueSet {
    wanted.reduce(profile.domain) { $0.intersection($1) }.subtracting(excluded)
  }

  /// Whether the clauses need a value that is not a member.
  var wantsValue: Bool { !wanted.isEmpty && !hasMembers }

  /// Whether nothing can meet the clauses.
  ///
  /// If true, that is certain; if false, it is not known.
  var isContradictory: Bool {
    if wanted.contains(where: { $0.subtracting(excluded).isEmpty }) { return true }
    return isSingle && (!wanted.isEmpty || profile.isAlwaysPresent) && possible.isEmpty
  }

  /// Returns whether everything that meets the clauses also meets a condition.
  ///
  /// If true, that is certain; if false, it is not known.
  func implies(_ condition: Condition) -> Bool {
    guard let others = ValueSet(condition.excluded),
      others.isSubset(of: excluded) || (isSingle && possible.intersection(others).isEmpty)
    else { return false }
    guard condition.wantsValue else { return true }
    guard let values = condition.values(within: profile.domain) else { return false }
    if wanted.contains(where: { $0.subtracting(excluded).isSubset(of: values) }) { return true }
    return isSingle && (!wanted.isEmpty || profile.isAlwaysPresent)
      && possible.isSubset(of: values)
  }
}

extension Condition {
  /// Whether a field without a value does not meet the condition.
  var wantsValue: Bool { !included.isEmpty || !bounds.isEmpty }

  /// Returns the values of a domain that meet `=` and the bounds; nil if there are operands on members.
  func values(within domain: ValueSet) -> ValueSet? {
    guard var values = included.isEmpty ? domain : ValueSet(included) else { return nil }
    for bound in bounds {
      guard let range = bound.range else { return ValueSet.none }
      values = values.intersection(ValueSet.none.adding(range))
    }
    return values.intersection(domain)
  }
}

extension Operand {
  /// Whether the operand is about members of a name.
  var isMember: Bool {
    if case .member = self { return true }
    return false
  }
}

extension ValueSet {
  /// The empty set.
  static let none = ValueSet(numbers: [])

  private init(numbers: [ClosedRange<UInt64>]) { self.numbers = IntervalSet(numbers) }

  fileprivate func adding(_ range: ClosedRange<UInt64>) -> ValueSet {
    var set = self
    set.numbers = numbers.union(IntervalSet([range]))
    return set
  }
}
