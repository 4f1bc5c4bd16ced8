/// What the clauses on one field say together, as far as it is certain.
struct FieldLogic {
  private let profile: FieldProfile
  /// For each clause that wants a value: at least the values it wants.
  private var wanted: [ValueSet] = []
  /// The values that none may have, those of members left out.
  private var excluded: ValueSet
  /// Whether a clause asks for members of names, of which a field can have several beside its
  /// value.
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

  /// At least the values that a field of one value can have.
  private var possible: ValueSet {
    wanted.reduce(profile.domain) { $0.intersection($1) }.subtracting(excluded)
  }

  /// Whether it takes a value, other than members of names, to meet the clauses.
  var wantsValue: Bool { !wanted.isEmpty && !hasMembers }

  /// Whether nothing can meet the clauses.
  ///
  /// Yes is certain.
  var isContradictory: Bool {
    if wanted.contains(where: { $0.subtracting(excluded).isEmpty }) { return true }
    return isSingle && (!wanted.isEmpty || profile.isAlwaysPresent) && possible.isEmpty
  }

  /// Whether whatever meets the clauses meets a condition too.
  ///
  /// Yes is certain.
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
  /// Whether it is not met without a value.
  var wantsValue: Bool { !included.isEmpty || !bounds.isEmpty }

  /// The values that meet `=` and the bounds; nil when some stand for members.
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
  /// Whether it stands for members of a name.
  var isMember: Bool {
    if case .member = self { return true }
    return false
  }
}

extension ValueSet {
  /// No value.
  static let none = ValueSet(numbers: [])

  private init(numbers: [ClosedRange<UInt64>]) { self.numbers = IntervalSet(numbers) }

  fileprivate func adding(_ range: ClosedRange<UInt64>) -> ValueSet {
    var set = self
    set.numbers = numbers.union(IntervalSet([range]))
    return set
  }
}
