// SPDX-License-Identifier: Apache-2.0

/// Runs those tests of a suite whose packets are written in the test.
public struct TestRun {
  private let suite: TestSuite
  private var judge: TestJudge
  /// The parts of the policies that the tests so far decided; nil unless coverage is counted.
  public private(set) var coverage: TestCoverage?

  /// Creates a run of the tests of a suite.
  ///
  /// - Parameter countsCoverage: whether to count which parts of the policies the tests decide, which takes longer.
  public init(_ suite: TestSuite, countsCoverage: Bool = false) {
    self.suite = suite
    judge = TestJudge(suite.plan)
    if countsCoverage { coverage = TestCoverage(suite.plan) }
  }

  /// Returns why a test of packets fails; empty when it passes, nil when it is a test of a capture.
  ///
  /// Findings of signatures are not counted.
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
        var notes = judge.notes(on: event, step, where: .yes)
        if notes.isEmpty {
          notes = [TestFailure.Note("the process matched the scope before (`follow`)")]
        }
        return TestFailure(
          "\(title) reports \(event.event.name), which is not expected", notes: notes)
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

  /// What some packets gave of the events that one expectation counts.
  private struct Tally {
    var found = 0
    /// The first packets that gave such an event.
    var counted: [(step: Int, event: PolicyEvent)] = []
    /// The first packets that gave none.
    var others: [Int] = []
    /// The first packet of which it is not known, with the filter of the expectation that is not decided.
    var open: (step: Int, event: PolicyEvent, answer: ExplainedMatch.Answer?)?

    static let shownLimit = 3
  }

  private mutating func failures(
    of steps: [TestCase.Step], _ counts: [TestCase.Count]
  ) -> [TestFailure] {
    var tallies = counts.map { _ in Tally() }
    for (number, step) in steps.enumerated() {
      let verdicts = judge.verdicts(of: step).sorted { $0.key.policy < $1.key.policy }
      coverage?.count(step, suite.plan)
      for (index, count) in counts.enumerated() {
        // A policy that is not named is any: an event that several report is one event.
        var certain: Set<EventKind> = []
        for (event, verdict) in verdicts where count.means(event) {
          let answers = count.answers(on: step)
          switch answers.reduce(verdict, { $0.and($1.verdict) }) {
          case .yes:
            certain.insert(event.event)
            if tallies[index].counted.count < Tally.shownLimit {
              tallies[index].counted.append((number, event))
            }
          case .no: break
          case .depends:
            tallies[index].open =
              tallies[index].open
              ?? (number, event, answers.first { $0.verdict == .depends })
          }
        }
        tallies[index].found += certain.count
        if certain.isEmpty, tallies[index].others.count < Tally.shownLimit {
          tallies[index].others.append(number)
        }
      }
    }
    return zip(tallies, counts).compactMap { tally, count in
      count.signature == nil ? failure(of: count, tally, steps) : nil
    }
  }

  private func failure(
    of count: TestCase.Count, _ tally: Tally, _ steps: [TestCase.Step]
  ) -> TestFailure? {
    if let open = tally.open {
      var notes = judge.notes(on: open.event, steps[open.step], where: .depends)
      if let answer = open.answer { notes.append(TestFailure.Note(answer.text)) }
      return TestFailure(
        "packet \(open.step + 1) may count as \(count.words): the test does not state enough",
        notes: notes)
    }
    guard var failure = count.failure(found: tally.found) else { return nil }
    if tally.found > count.count {
      for (step, event) in tally.counted {
        failure.notes += judge.notes(on: event, steps[step], where: .yes).map { $0.about(step) }
      }
    } else if let policy = count.policy, let kind = count.event {
      for step in tally.others {
        let event = PolicyEvent(policy: policy, event: kind)
        let unmet = count.answers(on: steps[step]).filter { $0.verdict == .no }
        let notes =
          judge.notes(on: event, steps[step], where: .no)
          + unmet.map { TestFailure.Note($0.text) }
        failure.notes += notes.map { $0.about(step) }
      }
    }
    return failure
  }
}

extension TestFailure.Note {
  /// Returns the note with the number of the packet that it is about.
  fileprivate func about(_ step: Int) -> Self {
    Self("packet \(step + 1): \(text)", source: source, place: place)
  }
}

extension TestCase.Count {
  /// Whether the count is about an event of a policy, apart from its filters.
  fileprivate func means(_ event: PolicyEvent) -> Bool {
    signature == nil && policy ?? event.policy == event.policy
      && self.event ?? event.event == event.event
  }

  /// Returns the answers of the filters about a packet.
  fileprivate func answers(on step: TestCase.Step) -> [ExplainedMatch.Answer] {
    filters.explained(.rule).map {
      ExplainedMatch.Answer($0, step.packet, step.owner, remembered: false)
    }
  }

  /// Returns the failure when another number of events was found than must be; nil when it is the same.
  public func failure(found: Int) -> TestFailure? {
    found == count ? nil : TestFailure("expected \(count) \(words), found \(found)")
  }
}
