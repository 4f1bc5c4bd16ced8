// SPDX-License-Identifier: Apache-2.0

/// Decides about the packets of a suite one after another, and remembers which owners matched a scope with `follow`.
struct TestJudge {
  /// The verdict on each event that a policy reports or may report.
  typealias Verdicts = [PolicyEvent: ExplainedMatch.Verdict]

  /// The rules of one policy, whose scope is asked once for all of them.
  private struct Policy {
    let scope: [ExplainedClause]
    let rules: [(event: EventKind, clauses: [ExplainedClause])]

    init(_ entry: ExplainedPlan.Entry) {
      scope = entry.ownRules.first?.clauses.filter { $0.origin != .rule } ?? []
      rules = entry.ownRules.map { ($0.rule.event, $0.clauses.filter { $0.origin == .rule }) }
    }
  }

  let plan: ExplainedPlan
  private let policies: [Policy]
  private let followed: [Int]
  private var memory: [String: Set<Int>] = [:]

  init(_ plan: ExplainedPlan) {
    self.plan = plan
    policies = plan.entries.map(Policy.init)
    followed = plan.entries.indices.filter { index in
      plan.entries[index].rules.contains { $0.rule.followed != nil }
    }
  }

  /// Forgets who matched, as at the start of tracing.
  mutating func forget() { memory = [:] }

  /// Returns the events that policies report of a packet, and those of which the packet does not state enough.
  mutating func verdicts(of step: TestCase.Step) -> Verdicts {
    let remembered = remember(step)
    let given = EventKind.allCases.map { event -> ExplainedMatch.Verdict in
      if step.packet.packet.events.contains(event) { return .yes }
      return step.packet.mayGive(event) ? .depends : .no
    }
    var verdicts: Verdicts = [:]
    for (index, policy) in policies.enumerated() {
      let scope = step.verdict(of: policy.scope, remembered: remembered.contains(index))
      guard scope != .no else { continue }
      for rule in policy.rules where given[rule.event.index] != .no {
        let key = PolicyEvent(policy: index, event: rule.event)
        guard verdicts[key] != .yes else { continue }
        let verdict = given[rule.event.index].and(scope)
          .and(step.verdict(of: rule.clauses, remembered: false))
        if verdict != .no { verdicts[key] = verdict }
      }
    }
    return verdicts
  }

  /// Returns the indices of the policies whose scope the owner matches now or has matched before.
  ///
  /// Owners with the same process number are the same process; without a number, owners of the same name are.
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

  /// Returns why each rule of a policy for an event has a verdict on a packet, with the place of each clause.
  func notes(
    on event: PolicyEvent, _ step: TestCase.Step, where verdict: ExplainedMatch.Verdict
  ) -> [TestFailure.Note] {
    let entry = plan.entries[event.policy]
    return entry.ownRules.filter { $0.rule.event == event.event }.flatMap { rule in
      rule.notes(step, where: verdict)
    }
  }
}

extension ExplainedRule {
  /// Returns why the rule has a verdict on a packet, with the place of each clause; nothing when it has another.
  func notes(_ step: TestCase.Step, where verdict: ExplainedMatch.Verdict) -> [TestFailure.Note] {
    // What a rule remembers of an owner is not known here; a clause that may hold by it is said to.
    let answers = clauses.map {
      ExplainedMatch.Answer($0, step.packet, step.owner, remembered: false)
    }
    guard self.verdict(step.packet, step.owner, remembered: false) == verdict else { return [] }
    let place = SourcePosition(line: line, column: 1, offset: 0)
    let title = signature.map { "selection \($0.selection) of \($0.name)" } ?? "rule \(number)"
    if verdict == .yes {
      return [TestFailure.Note("\(title) wants it", source: source, place: place)]
    }
    if !step.packet.packet.events.contains(rule.event) {
      if verdict == .no, !step.packet.mayGive(rule.event) {
        let given = step.packet.packet.events.map(\.name).sorted().joined(separator: ", ")
        return [
          TestFailure.Note(
            "\(title): the packet gives \(given)", source: source, place: place)
        ]
      }
      if verdict == .depends {
        return [
          TestFailure.Note(
            "\(title): it depends on what the packet carries: add a field of the message, "
              + "\(step.packet.contentWords), or no-content", source: source, place: place)
        ]
      }
    }
    return answers.filter { $0.verdict == verdict }.map { answer in
      TestFailure.Note(
        "\(title): \(answer.text)" + (verdict == .depends ? answer.clause.addition : ""),
        source: source, place: answer.clause.places.first?.start ?? place)
    }
  }
}

extension TestCase.Step {
  /// Returns the verdict on all of some clauses together.
  fileprivate func verdict(
    of clauses: [ExplainedClause], remembered: Bool
  ) -> ExplainedMatch.Verdict {
    var verdict = ExplainedMatch.Verdict.yes
    for clause in clauses {
      verdict = verdict.and(clause.verdict(packet, owner, remembered: remembered))
      if verdict == .no { return .no }
    }
    return verdict
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
    case .element(let clause):
      return "; tests cannot state the elements of \(clause.list)"
    case .owner(let clause):
      return "; add \(clause.field.rawValue)= with its value to the owner"
    }
  }
}
