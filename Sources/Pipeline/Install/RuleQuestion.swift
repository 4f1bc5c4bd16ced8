import Policy

/// Questions that are put to the reference about the clauses of all rules at once; each answer is a row.
///
/// A rule without a clause on a field has its bit in every row of that field, and so has a rule whose clause on it is
/// not for the kernel to decide.
struct RuleQuestion<Field: Hashable & Sendable> {
  /// The row of all rules.
  let everything: Row
  private var conditions: [Field: [(rule: Int, condition: Condition)]] = [:]

  /// Takes those clauses of each rule that the kernel is to decide.
  init(_ rules: [Rule], _ clauses: (Rule) -> [Clause<Field>]) {
    everything = Row(rules) { _ in true }
    for (rule, value) in rules.enumerated() {
      for clause in clauses(value) {
        conditions[clause.field, default: []].append((rule, clause.condition))
      }
    }
  }

  /// The rules that are met by whatever has these values in a field.
  func row(_ field: Field, _ values: [FieldValue]) -> Row {
    var row = everything
    for (rule, condition) in conditions[field] ?? []
    where !ReferenceMatcher.matches(condition, values) {
      row[rule] = false
    }
    return row
  }

  /// The answers about each number from 0 to `maximum`.
  func classes(_ field: Field, upTo maximum: UInt64) -> NumberClasses {
    var starts: Set<UInt64> = [0]
    for range in ranges(field) where range.lowerBound <= maximum {
      starts.insert(range.lowerBound)
      if range.upperBound < maximum { starts.insert(range.upperBound + 1) }
    }
    let sorted = starts.sorted()
    return NumberClasses(starts: sorted, rows: sorted.map { row(field, [.number($0)]) })
  }

  /// Whether any rule has a clause on the field.
  func uses(_ field: Field) -> Bool { conditions[field] != nil }

  /// All operands that rules compare the field with.
  func operands(_ field: Field) -> [Operand] {
    (conditions[field] ?? []).flatMap { $0.condition.included + $0.condition.excluded }
  }

  /// The ranges of numbers at whose ends an answer about the field can change.
  func ranges(_ field: Field) -> [ClosedRange<UInt64>] {
    let named = operands(field).compactMap { operand -> ClosedRange<UInt64>? in
      if case .numbers(let range) = operand { range } else { nil }
    }
    return named + (conditions[field] ?? []).flatMap { $0.condition.bounds.compactMap(\.range) }
  }
}

/// Numbers cut into intervals that no rule tells apart.
struct NumberClasses {
  /// Where each interval begins; the first at 0.
  let starts: [UInt64]
  /// The row of each interval.
  let rows: [Row]

  /// The row of a number.
  func row(of number: UInt64) -> Row {
    let next = starts.firstIndex { $0 > number } ?? starts.count
    return rows[next - 1]
  }
}

extension Row {
  /// The rules of which `answer` is true.
  init(_ rules: [Rule], where answer: (Rule) -> Bool) {
    self.init(count: Row.words(for: rules.count))
    for (bit, rule) in rules.enumerated() where answer(rule) { self[bit] = true }
  }
}

extension Bound {
  /// The numbers that keep the bound; nil when there are none.
  fileprivate var range: ClosedRange<UInt64>? {
    switch comparison {
    case .less: limit == 0 ? nil : 0...(limit - 1)
    case .lessOrEqual: 0...limit
    case .greater: limit == .max ? nil : (limit + 1)...UInt64.max
    case .greaterOrEqual: limit...UInt64.max
    }
  }
}
