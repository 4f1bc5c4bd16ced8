// SPDX-License-Identifier: Apache-2.0

/// The coverage of policies by tests: which rules, keys and values were met, and which were refused.
public struct TestCoverage: Equatable, Sendable {
  /// A rule, a key or a value of a policy, and whether tests met it and refused it.
  public struct Point: Equatable, Sendable {
    /// The point in words, such as `policy web, rule 1, net_packet_tcp`.
    public var words: String
    /// The name of the policy's file.
    public var source: String
    /// The position in the file.
    public var place: SourcePosition
    /// Whether some packet met it.
    public var isMet: Bool
    /// Whether some packet did not meet it; nil for a value, which is only asked to be met.
    public var isUnmet: Bool?

    /// What no test did, in words; nil when tests decided the point in every way that is asked.
    public var gap: String? {
      switch (isMet, isUnmet) {
      case (true, nil), (true, true?): nil
      case (false, false?): "\(words): decided by no test"
      case (false, _): "\(words): met by no test"
      case (true, false?): "\(words): refused by no test"
      }
    }

    fileprivate var decided: Int { (isMet ? 1 : 0) + (isUnmet == true ? 1 : 0) }
    fileprivate var asked: Int { isUnmet == nil ? 1 : 2 }
  }

  private struct Key: Hashable {
    var source: String
    var offset: Int
    var part: Int
  }

  /// All points of the policies, in the order of the policies.
  public private(set) var points: [Point] = []
  private var places: [Key: Int] = [:]

  /// Creates the coverage of a plan before any test.
  public init(_ plan: ExplainedPlan) { add(plan) }

  /// Creates the coverage of several suites together; a point that several have is one point.
  public init(_ parts: [TestCoverage]) {
    for part in parts {
      for (key, index) in part.places.sorted(by: { $0.value < $1.value }) {
        let point = part.points[index]
        let place = self.index(key, point)
        points[place].isMet = points[place].isMet || point.isMet
        if point.isUnmet == true { points[place].isUnmet = true }
      }
    }
  }

  /// The share of what is asked that tests decided, in percent, rounded down; 100 when nothing is asked.
  public var percent: Int {
    let asked = points.reduce(0) { $0 + $1.asked }
    return asked == 0 ? 100 : points.reduce(0) { $0 + $1.decided } * 100 / asked
  }

  private mutating func index(_ key: Key, _ point: @autoclosure () -> Point) -> Int {
    if let index = places[key] { return index }
    places[key] = points.count
    points.append(point())
    return points.count - 1
  }

  private mutating func add(_ plan: ExplainedPlan) {
    for entry in plan.entries {
      for rule in entry.rules {
        _ = self.rule(rule, entry)
        for clause in rule.clauses {
          let source = rule.source(of: clause, entry)
          _ = self.clause(clause, entry, source)
          for value in clause.values { _ = self.value(value, source) }
        }
      }
    }
  }

  private mutating func rule(_ rule: ExplainedRule, _ entry: ExplainedPlan.Entry) -> Int {
    let place = SourcePosition(line: rule.line, column: 1, offset: rule.line)
    let key = Key(source: rule.source, offset: rule.line, part: -1 - Int(rule.rule.event.rawValue))
    let words =
      rule.signature.map { "signature \($0.name), selection \($0.selection)" }
      ?? "policy \(entry.name), rule \(rule.number)"
    return index(
      key,
      Point(
        words: "\(words), \(rule.rule.event.name)", source: rule.source, place: place,
        isMet: false, isUnmet: false))
  }

  private mutating func clause(
    _ clause: ExplainedClause, _ entry: ExplainedPlan.Entry, _ source: String
  ) -> Int {
    let place = clause.places.first?.start ?? SourcePosition(line: entry.line, column: 1, offset: 0)
    return index(
      Key(source: source, offset: place.offset, part: 0),
      Point(
        words: clause.words.joined(separator: " and "), source: source, place: place,
        isMet: false, isUnmet: false))
  }

  private mutating func value(_ value: CheckedFilter.Value, _ source: String) -> Int {
    let place = value.word.range.start
    return index(
      Key(source: source, offset: place.offset, part: 1),
      Point(
        words: "value \(value.word.text)", source: source, place: place, isMet: false,
        isUnmet: nil))
  }

  /// Counts what a packet of which everything is known, and its owner, decide of a plan.
  public mutating func count(
    _ packet: PacketExpression, _ owner: OwnerExpression?, _ plan: ExplainedPlan
  ) {
    count(TestCase.Step(packet: packet, owner: owner), plan)
  }

  /// Counts what a packet and its owner decide of a plan.
  mutating func count(_ step: TestCase.Step, _ plan: ExplainedPlan) {
    for entry in plan.entries {
      for rule in entry.rules {
        decide(self.rule(rule, entry), rule.verdict(step.packet, step.owner, remembered: false))
        guard step.packet.mayGive(rule.rule.event) else { continue }
        for clause in rule.clauses {
          let source = rule.source(of: clause, entry)
          decide(
            self.clause(clause, entry, source),
            clause.verdict(step.packet, step.owner, remembered: false))
          let found = clause.found(step)
          for value in clause.values {
            guard case .operands(let operands) = value.meaning,
              found.contains(where: { found in operands.contains { $0.contains(found) } })
            else { continue }
            points[self.value(value, source)].isMet = true
          }
        }
      }
    }
  }

  private mutating func decide(_ index: Int, _ verdict: ExplainedMatch.Verdict) {
    switch verdict {
    case .yes: points[index].isMet = true
    case .no: points[index].isUnmet = true
    case .depends: break
    }
  }
}

extension ExplainedRule {
  /// The name of the file that contains a clause of the rule.
  fileprivate func source(of clause: ExplainedClause, _ entry: ExplainedPlan.Entry) -> String {
    clause.origin == .rule ? source : entry.source
  }
}

extension ExplainedClause {
  /// The values that are points of their own: those of lists of more than one value.
  fileprivate var values: [CheckedFilter.Value] {
    let values = filters.flatMap(\.values).filter {
      if case .operands = $0.meaning { true } else { false }
    }
    return values.count > 1 ? values : []
  }

  /// Returns the values that a packet or its owner states for the clause's field.
  fileprivate func found(_ step: TestCase.Step) -> [FieldValue] {
    switch question {
    case .packet(let clause): step.packet.packet.fields[clause.field] ?? []
    case .element: []
    case .owner(let clause):
      step.owner.map { owner in
        owner.determines(clause.field, clause.condition)
          ? ReferenceMatcher.values(of: clause.field, in: owner.owner) : []
      } ?? []
    }
  }
}
