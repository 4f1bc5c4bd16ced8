// SPDX-License-Identifier: Apache-2.0

/// Which rules, clauses and values of policies some tests decided, both ways.
public struct TestCoverage: Equatable, Sendable {
  /// Something that tests can decide, and what they decided.
  public struct Point: Equatable, Sendable {
    /// What it is, for a line.
    public var words: String
    /// The policy's file.
    public var source: String
    /// Where it is written.
    public var place: SourcePosition
    /// Whether something met it.
    public var isMet: Bool
    /// Whether something did not; nil when that is not asked, as of a value.
    public var isUnmet: Bool?

    /// What no test did; nil when everything was decided.
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

  /// Everything that tests can decide, in the order of the policies.
  public private(set) var points: [Point] = []
  private var places: [Key: Int] = [:]

  /// Makes one in which nothing is decided.
  init(_ plan: ExplainedPlan) { add(plan) }

  /// Makes the one of several suites.
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

  /// How much was decided, in percent, rounded down; 100 when there is nothing to decide.
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
          _ = self.clause(clause, entry)
          for value in clause.values { _ = self.value(value, clause, entry) }
        }
      }
    }
  }

  private mutating func rule(_ rule: ExplainedRule, _ entry: ExplainedPlan.Entry) -> Int {
    let place = SourcePosition(line: rule.line, column: 1, offset: rule.line)
    let key = Key(source: entry.source, offset: rule.line, part: -1 - Int(rule.rule.event.rawValue))
    return index(
      key,
      Point(
        words: "policy \(entry.name), rule \(rule.number), \(rule.rule.event.name)",
        source: entry.source, place: place, isMet: false, isUnmet: false))
  }

  private mutating func clause(_ clause: ExplainedClause, _ entry: ExplainedPlan.Entry) -> Int {
    let place = clause.places.first?.start ?? SourcePosition(line: entry.line, column: 1, offset: 0)
    return index(
      Key(source: entry.source, offset: place.offset, part: 0),
      Point(
        words: clause.words.joined(separator: " and "), source: entry.source, place: place,
        isMet: false, isUnmet: false))
  }

  private mutating func value(
    _ value: CheckedFilter.Value, _ clause: ExplainedClause, _ entry: ExplainedPlan.Entry
  ) -> Int {
    let place = value.word.range.start
    return index(
      Key(source: entry.source, offset: place.offset, part: 1),
      Point(
        words: "value \(value.word.text)", source: entry.source, place: place, isMet: false,
        isUnmet: nil))
  }

  /// Counts what a packet and its owner decide.
  mutating func count(_ step: TestCase.Step, _ plan: ExplainedPlan) {
    for entry in plan.entries {
      for rule in entry.rules {
        decide(self.rule(rule, entry), rule.verdict(step.packet, step.owner, remembered: false))
        guard step.packet.mayGive(rule.rule.event) else { continue }
        for clause in rule.clauses {
          decide(
            self.clause(clause, entry),
            clause.verdict(step.packet, step.owner, remembered: false))
          let found = clause.found(step)
          for value in clause.values {
            guard case .operands(let operands) = value.meaning,
              found.contains(where: { found in operands.contains { $0.contains(found) } })
            else { continue }
            points[self.value(value, clause, entry)].isMet = true
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

extension ExplainedClause {
  /// The values that stand for something by themselves, of lists of more than one.
  fileprivate var values: [CheckedFilter.Value] {
    let values = filters.flatMap(\.values).filter {
      if case .operands = $0.meaning { true } else { false }
    }
    return values.count > 1 ? values : []
  }

  /// What a packet or its owner is told to have in the clause's field.
  fileprivate func found(_ step: TestCase.Step) -> [FieldValue] {
    switch question {
    case .packet(let clause): step.packet.packet.fields[clause.field] ?? []
    case .owner(let clause):
      step.owner.map { owner in
        owner.determines(clause.field, clause.condition)
          ? ReferenceMatcher.values(of: clause.field, in: owner.owner) : []
      } ?? []
    }
  }
}
