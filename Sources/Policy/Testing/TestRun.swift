// SPDX-License-Identifier: Apache-2.0

/// Runs the tests of a suite that need nothing but the policies: those of packets.
public struct TestRun {
  private let suite: TestSuite
  private var judge: TestJudge
  /// What the tests decided; nil unless it is counted.
  public private(set) var coverage: TestCoverage?

  /// Makes ready to run the tests of a suite.
  ///
  /// - Parameter countsCoverage: whether to count what the tests decide, which takes longer.
  public init(_ suite: TestSuite, countsCoverage: Bool = false) {
    self.suite = suite
    judge = TestJudge(suite.plan)
    if countsCoverage { coverage = TestCoverage(suite.plan) }
  }

  /// Why a test of packets fails; empty when it passes, nil when it is one of a capture.
  public mutating func failures(of test: TestCase) -> [TestFailure]? {
    guard case .packets(let steps) = test.action else { return nil }
    judge.forget()
    switch test.expectation {
    case .verdict(let wanted):
      return steps.flatMap { step in failures(of: step, wanting: Set(wanted)) }
    case .counts(let counts): return failures(of: steps, counts)
    }
  }

  private mutating func failures(
    of step: TestCase.Step, wanting wanted: Set<PolicyEvent>
  ) -> [TestFailure] {
    let verdicts = judge.verdicts(of: step)
    coverage?.count(step, suite.plan)
    if verdicts.count == wanted.count,
      verdicts.allSatisfy({ $0.value == .yes && wanted.contains($0.key) })
    {
      return []
    }
    let events = Set(verdicts.keys).union(wanted).sorted {
      ($0.policy, $0.event.rawValue) < ($1.policy, $1.event.rawValue)
    }
    return events.compactMap { event in
      let title = "policy \(suite.plan.entries[event.policy].name)"
      switch verdicts[event] {
      case .yes? where wanted.contains(event): return nil
      case .yes?:
        return TestFailure(
          "\(title) reports \(event.event.name), which is not expected",
          notes: judge.notes(on: event, step, where: .yes))
      case .depends?:
        return TestFailure(
          "\(title) may report \(event.event.name): the test does not state enough",
          notes: judge.notes(on: event, step, where: .depends))
      case .no?, nil:
        var notes = judge.notes(on: event, step, where: .no)
        if notes.isEmpty { notes = [TestFailure.Note("the policy has no rule for this event")] }
        return TestFailure("\(title) does not report \(event.event.name)", notes: notes)
      }
    }
  }

  private mutating func failures(
    of steps: [TestCase.Step], _ counts: [TestCase.Count]
  ) -> [TestFailure] {
    var found = Array(repeating: 0, count: counts.count)
    var open: [(count: Int, step: Int, event: PolicyEvent, clause: ExplainedMatch.Answer?)] = []
    for (number, step) in steps.enumerated() {
      let verdicts = judge.verdicts(of: step)
      coverage?.count(step, suite.plan)
      for (index, count) in counts.enumerated() {
        // A policy that is not named is any: an event that several report is one event.
        var certain: Set<EventKind> = []
        for (event, verdict) in verdicts.sorted(by: { $0.key.policy < $1.key.policy })
        where count.policy ?? event.policy == event.policy
          && count.event ?? event.event == event.event
        {
          let answers = count.clauses(for: event.event).map {
            ExplainedMatch.Answer($0, step.packet, step.owner, remembered: false)
          }
          switch answers.reduce(verdict, { $0.and($1.verdict) }) {
          case .yes: certain.insert(event.event)
          case .no: break
          case .depends:
            open.append((index, number, event, answers.first { $0.verdict == .depends }))
          }
        }
        found[index] += certain.count
      }
    }
    return zip(counts.indices, counts).compactMap { index, count in
      if let open = open.first(where: { $0.count == index }) {
        var notes = judge.notes(on: open.event, steps[open.step], where: .depends)
        if let clause = open.clause { notes.append(TestFailure.Note(clause.text)) }
        return TestFailure(
          "packet \(open.step + 1) may count as \(count.words): the test does not state enough",
          notes: notes)
      }
      return count.failure(found: found[index])
    }
  }
}

extension TestCase.Count {
  /// The clauses that its filters are, for an event that has their fields; others never count.
  fileprivate func clauses(for event: EventKind) -> [ExplainedClause] { filters.explained(.rule) }

  /// The failure when there are not so many as there must be; nil when there are.
  public func failure(found: Int) -> TestFailure? {
    found == count ? nil : TestFailure("expected \(count) \(words), found \(found)")
  }
}
