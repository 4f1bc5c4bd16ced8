// SPDX-License-Identifier: Apache-2.0

/// Puts packets to the rules of a suite, one after another, and remembers who matched a scope that says `follow`.
struct TestJudge {
  /// A policy's event, and whether it is reported.
  typealias Verdicts = [PolicyEvent: ExplainedMatch.Verdict]

  let plan: ExplainedPlan
  private let followed: [Int]
  private var memory: [String: Set<Int>] = [:]

  init(_ plan: ExplainedPlan) {
    self.plan = plan
    followed = plan.entries.indices.filter { index in
      plan.entries[index].rules.contains { $0.rule.followed != nil }
    }
  }

  /// Forgets who matched, as at the start of tracing.
  mutating func forget() { memory = [:] }

  /// What becomes of a packet: the events that are reported, and those of which it is not known.
  mutating func verdicts(of step: TestCase.Step) -> Verdicts {
    let remembered = remember(step)
    var verdicts: Verdicts = [:]
    for (index, entry) in plan.entries.enumerated() {
      for rule in entry.rules {
        let key = PolicyEvent(policy: index, event: rule.rule.event)
        guard verdicts[key] != .yes else { continue }
        let verdict = rule.verdict(
          step.packet, step.owner, remembered: remembered.contains(index))
        if verdict != .no { verdicts[key] = verdict }
      }
    }
    return verdicts
  }

  /// The policies whose scope the owner has matched, this time included.
  ///
  /// A process is known by its number if that is told, else by its owner's name.
  private mutating func remember(_ step: TestCase.Step) -> Set<Int> {
    guard !followed.isEmpty, let owner = step.owner else { return [] }
    let process = owner.process.map(String.init) ?? "\(step.ownerName ?? "")"
    for index in followed {
      guard let rule = plan.entries[index].rules.first else { continue }
      let holds = rule.clauses.allSatisfy { clause in
        clause.origin != .follow
          || clause.verdict(step.packet, owner, remembered: false) == .yes
      }
      if holds { memory[process, default: []].insert(index) }
    }
    return memory[process] ?? []
  }

  /// What each rule of a policy for an event has to say about a packet, with the place of each clause.
  func notes(
    on event: PolicyEvent, _ step: TestCase.Step, where verdict: ExplainedMatch.Verdict
  ) -> [TestFailure.Note] {
    let entry = plan.entries[event.policy]
    return entry.rules.filter { $0.rule.event == event.event }.flatMap { rule in
      notes(on: rule, in: entry, step, where: verdict)
    }
  }

  private func notes(
    on rule: ExplainedRule, in entry: ExplainedPlan.Entry, _ step: TestCase.Step,
    where verdict: ExplainedMatch.Verdict
  ) -> [TestFailure.Note] {
    // What a rule remembers of an owner is not known here; a clause that may hold by it is said to.
    let answers = rule.clauses.map {
      ExplainedMatch.Answer($0, step.packet, step.owner, remembered: false)
    }
    guard rule.verdict(step.packet, step.owner, remembered: false) == verdict else { return [] }
    let place = SourcePosition(line: rule.line, column: 1, offset: 0)
    let title = "rule \(rule.number)"
    if verdict == .yes {
      return [TestFailure.Note("\(title) wants it", source: entry.source, place: place)]
    }
    if !step.packet.packet.events.contains(rule.rule.event) {
      if verdict == .no, !step.packet.mayGive(rule.rule.event) {
        let given = step.packet.packet.events.map(\.name).sorted().joined(separator: ", ")
        return [
          TestFailure.Note(
            "\(title): the packet gives \(given)", source: entry.source, place: place)
        ]
      }
      if verdict == .depends {
        return [
          TestFailure.Note(
            "\(title): it depends on what the packet carries: add a field of the message, "
              + "\(step.packet.contentWords), or no-content", source: entry.source, place: place)
        ]
      }
    }
    return answers.filter { $0.verdict == verdict }.map { answer in
      TestFailure.Note(
        "\(title): \(answer.text)" + (verdict == .depends ? answer.clause.addition : ""),
        source: entry.source, place: answer.clause.places.first?.start ?? place)
    }
  }
}

extension PacketExpression {
  /// The words that state which message such a packet carries.
  fileprivate var contentWords: String {
    let dns = packet.mayGive(.dns) ? ["dns-request", "dns-response"] : []
    let http = packet.mayGive(.http) ? ["http-request", "http-response"] : []
    return (dns + http).joined(separator: ", ")
  }
}

extension ExplainedClause {
  /// What to add to a packet or an owner so that the clause is decided.
  fileprivate var addition: String {
    switch question {
    case .packet(let clause):
      let isOptional = clause.field.headerBits == nil && clause.field.commonField == nil
      let absence = isOptional ? ", or !\(clause.field.key) when it has none" : ""
      return "; add \(clause.field.key)= with its value to the packet\(absence)"
    case .owner(let clause):
      return "; add \(clause.field.rawValue)= with its value to the owner"
    }
  }
}
