// SPDX-License-Identifier: Apache-2.0

extension TestSuite {
  private static let shownLimit = 3

  /// Returns a failure for each of the first packets that do not state what signatures ask of them, or what those ask whose
  /// findings the signatures take.
  public func unstated(by steps: [TestCase.Step], for signatures: Set<String>) -> [TestFailure] {
    let uses = self.uses(of: signatures)
    var failures: [TestFailure] = []
    var known: [TestFailure.Note] = []
    for (number, step) in steps.enumerated() where failures.count < Self.shownLimit {
      var notes: [TestFailure.Note] = []
      for rule in plan.rules {
        guard let feed = rule.rule.feed, uses.contains(feed.use) else { continue }
        for note in rule.notes(step, where: .depends) + missing(feed, rule, step)
        where !known.contains(note) {
          notes.append(note)
          known.append(note)
        }
      }
      guard !notes.isEmpty else { continue }
      failures.append(
        TestFailure("packet \(number + 1) does not state enough for the findings", notes: notes))
    }
    return failures
  }

  /// Returns the uses of signatures, and those whose findings they take.
  private func uses(of signatures: Set<String>) -> Set<Int> {
    guard let trace = policies.plan else { return [] }
    var uses = Set(
      trace.uses.indices.filter {
        signatures.contains(trace.signatures[trace.uses[$0].signature].name)
      })
    var count = 0
    while count < uses.count {
      count = uses.count
      for index in trace.uses.indices
      where trace.uses[index].feeds.contains(where: { uses.contains($0.target.use) }) {
        uses.insert(index)
      }
    }
    return uses
  }

  /// Returns a note for each value that a signature takes of a packet of a selection, and that is not stated.
  private func missing(
    _ feed: PlanRule.Feed, _ rule: ExplainedRule, _ step: TestCase.Step
  ) -> [TestFailure.Note] {
    guard let trace = policies.plan,
      rule.verdict(step.packet, step.owner, remembered: false) == .yes
    else { return [] }
    let use = trace.uses[feed.use]
    let signature = trace.signatures[use.signature]
    var values = (signature.correlation?.members ?? []).filter { $0.selection == feed.selection }
      .flatMap { $0.key + ($0.value.map { [$0] } ?? []) }
    // Data of a finding is asked about only by filters and by other signatures.
    if !use.filters.isEmpty || !use.feeds.isEmpty {
      values += signature.output.flatMap(\.parts).compactMap { part in
        guard case .value(let values) = part, values.indices.contains(feed.selection) else {
          return nil
        }
        return values[feed.selection]
      }
    }
    return values.compactMap { value in
      value.addition(to: step).map { addition in
        TestFailure.Note(
          "selection \(rule.signature?.selection ?? "") of \(signature.name): \(addition)",
          source: rule.source, place: SourcePosition(line: rule.line, column: 1, offset: 0))
      }
    }
  }
}

extension EventValue {
  /// What to add to a packet or its owner so that the value is stated; nil when it is.
  fileprivate func addition(to step: TestCase.Step) -> String? {
    switch self {
    case .packet(let field):
      let base = field.derivation?.base ?? field
      guard step.packet.packet.fields[base] == nil, step.packet.mayHave(base) else { return nil }
      return "add \(base.key)= with its value to the packet"
    case .owner(let field): return step.addition(field)
    case .entity(.process): return step.addition(.processID)
    case .entity(.thread): return step.addition(.threadID)
    case .entity(.parent): return step.addition(.parentProcessID)
    case .finding: return nil
    }
  }
}

extension TestCase.Step {
  fileprivate func addition(_ field: OwnerField) -> String? {
    guard let owner, !owner.states(field) else { return nil }
    return "add \(field.rawValue)= with its value to the owner"
  }
}
