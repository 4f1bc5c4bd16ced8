// SPDX-License-Identifier: Apache-2.0

/// What a rule's clauses ask about: one field of the owner or of the packet.
enum Variable: Hashable {
  case owner(OwnerField)
  case packet(PacketField)
}

/// A rule as a box: it holds what has, in each of its variables, a value of the clause's set.
struct RuleBox {
  /// A clause and its set of values.
  struct Side {
    let variable: Variable
    let clause: ExplainedClause
    /// The values that meet the clause; nil for a variable whose values are listed one by one.
    let values: ValueRange?
    /// The texts that meet the clause when these are all exact, to see at a glance that two clauses exclude each other.
    let texts: Set<String>?
  }

  let rule: ExplainedRule
  let sides: [Side]
  /// The same for two rules whose clauses are the same, whatever their order.
  let key: RuleKey
  /// Whether a clause asks whose packet it is.
  let asksOwner: Bool

  init(_ rule: ExplainedRule, listing listed: Set<Variable>) {
    self.rule = rule
    key = RuleKey(rule)
    var sides: [Side] = []
    for clause in rule.clauses {
      let variable = clause.variable
      let values =
        listed.contains(variable) ? nil : ValueRange(clause.condition, of: variable)
      sides.append(
        Side(
          variable: variable, clause: clause, values: values, texts: clause.condition.exactTexts))
    }
    self.sides = sides
    asksOwner = rule.clauses.contains(where: \.asksOwner)
  }

  /// Whether it is seen at a glance that nothing is in both.
  func isApart(from other: RuleBox) -> Bool {
    for side in sides {
      for otherSide in other.sides where otherSide.variable == side.variable {
        if let a = side.values, let b = otherSide.values, !a.overlaps(b) { return true }
        if let a = side.texts, let b = otherSide.texts, a.isDisjoint(with: b) { return true }
      }
    }
    return false
  }
}

/// What tells rules with other clauses apart.
struct RuleKey: Hashable {
  struct Part: Hashable {
    let variable: Variable
    let isFollowed: Bool
    let included: Set<Operand>
    let excluded: Set<Operand>
    let bounds: Set<Bound>
  }

  let parts: Set<Part>

  /// - Parameter onlyFollowed: whether to look at nothing but a scope that says `follow`.
  init(_ rule: ExplainedRule, onlyFollowed: Bool = false) {
    let clauses = rule.clauses.filter { !onlyFollowed || $0.origin == .follow }
    parts = Set(
      clauses.map { clause in
        Part(
          variable: clause.variable, isFollowed: clause.origin == .follow,
          included: Set(clause.condition.included), excluded: Set(clause.condition.excluded),
          bounds: Set(clause.condition.bounds))
      })
  }
}

/// A set of numbers or of addresses.
enum ValueRange {
  case numbers(IntervalSet<UInt64>)
  case addresses(IntervalSet<IPAddress>)

  /// The values that meet a condition; nil when they are listed one by one, as texts are.
  init?(_ condition: Condition, of variable: Variable) {
    guard let full = ValueRange.all(of: variable) else { return nil }
    var values = full
    if !condition.included.isEmpty { values = values.intersection(full.of(condition.included)) }
    for bound in condition.bounds {
      guard case .numbers(let numbers) = values else { continue }
      values = .numbers(numbers.intersection(IntervalSet(bound.range.map { [$0] } ?? [])))
    }
    if !condition.excluded.isEmpty { values = values.subtracting(full.of(condition.excluded)) }
    self = values
  }

  /// Every value of a variable that always has exactly one number or address; nil for others.
  static func all(of variable: Variable) -> ValueRange? {
    switch variable {
    case .owner(let field):
      guard field.profile.isSingle, field.profile.isAlwaysPresent, field != .comm,
        field != .container
      else { return nil }
      return .numbers(field.profile.domain.numbers)
    case .packet(let field):
      let description = field.description
      guard !description.isList, !field.rawValue.hasPrefix("proto_http."),
        !field.rawValue.hasPrefix("http_"), field.rawValue != "syscall"
      else { return nil }
      if field == .returnValue {
        return .numbers(IntervalSet([FieldValue.biased(0)...FieldValue.biased(0)]))
      }
      switch description.type {
      case .integer(let maximum), .identifier(let maximum):
        return .numbers(IntervalSet([0...maximum]))
      case .enumeration(let enumeration): return .numbers(IntervalSet([0...enumeration.maximum]))
      case .signedInteger: return .numbers(IntervalSet([0...UInt64.max]))
      case .port: return .numbers(IntervalSet([0...65535]))
      case .flag: return .numbers(IntervalSet([0...1]))
      case .address:
        return field.rawValue.hasPrefix("proto_dns.")
          ? nil : .addresses(IntervalSet([IPAddress.all]))
      case .text, .name, .path, .executable, .containerID: return nil
      }
    }
  }

  private func of(_ operands: [Operand]) -> ValueRange {
    switch self {
    case .numbers:
      .numbers(
        IntervalSet(operands.compactMap { if case .numbers(let range) = $0 { range } else { nil } })
      )
    case .addresses:
      .addresses(
        IntervalSet(
          operands.compactMap { if case .addresses(let range) = $0 { range } else { nil } }))
    }
  }

  var isEmpty: Bool {
    switch self {
    case .numbers(let set): set.isEmpty
    case .addresses(let set): set.isEmpty
    }
  }

  func intersection(_ other: ValueRange) -> ValueRange {
    switch (self, other) {
    case (.numbers(let a), .numbers(let b)): .numbers(a.intersection(b))
    case (.addresses(let a), .addresses(let b)): .addresses(a.intersection(b))
    default: self
    }
  }

  func subtracting(_ other: ValueRange) -> ValueRange {
    switch (self, other) {
    case (.numbers(let a), .numbers(let b)): .numbers(a.subtracting(b))
    case (.addresses(let a), .addresses(let b)): .addresses(a.subtracting(b))
    default: self
    }
  }

  func overlaps(_ other: ValueRange) -> Bool {
    switch (self, other) {
    case (.numbers(let a), .numbers(let b)): a.overlaps(b)
    case (.addresses(let a), .addresses(let b)): a.overlaps(b)
    default: true
    }
  }
}

extension IntervalSet {
  /// Whether a value is in both.
  func overlaps(_ other: Self) -> Bool {
    var (i, j) = (0, 0)
    while i < intervals.count, j < other.intervals.count {
      if intervals[i].overlaps(other.intervals[j]) { return true }
      if intervals[i].upperBound < other.intervals[j].upperBound { i += 1 } else { j += 1 }
    }
    return false
  }
}

extension ExplainedClause {
  /// What the clause asks about; of fields that mean the same, the one that all packets have.
  var variable: Variable {
    switch question {
    // Whether an owner is in a container follows from its id.
    case .owner(let clause): .owner(clause.field == .container ? .containerID : clause.field)
    case .packet(let clause): .packet(clause.field.commonField ?? clause.field)
    }
  }
}

extension Condition {
  /// The texts that meet it, when it names them all; else nil.
  fileprivate var exactTexts: Set<String>? {
    guard !included.isEmpty, bounds.isEmpty else { return nil }
    var texts: Set<String> = []
    for operand in included {
      guard case .text(.exact(let text)) = operand else { return nil }
      texts.insert(text)
    }
    return texts
  }

  /// Whether it asks for members of names, such as states.
  var asksMembers: Bool {
    (included + excluded).contains { if case .member = $0 { true } else { false } }
  }
}
