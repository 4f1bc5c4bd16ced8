// SPDX-License-Identifier: Apache-2.0

/// The rules that match a packet of an owner, and the clauses of the others that do not hold.
public struct ExplainedMatch: Equatable, Sendable {
  /// The knowledge about whether something holds.
  public enum Verdict: String, CaseIterable, Sendable {
    case yes
    case no
    /// It depends on values of the packet or the owner that were not given.
    case depends
  }

  /// The answer of a clause about the packet.
  public struct Answer: Equatable, Sendable {
    /// The clause that was asked.
    public var clause: ExplainedClause
    /// The verdict on the clause: whether it holds for the packet and its owner.
    public var verdict: Verdict
    /// The values of the packet or the owner in the clause's field; empty if none were given, or if it has none.
    public var values: [String]
    /// The reason in addition to the values, such as that nobody owns the packet; nil if the values explain the
    /// verdict.
    public var reason: String?
  }

  /// The outcome of a rule for the packet.
  public struct Outcome: Equatable, Sendable {
    /// The name of the rule's policy; empty for the command line.
    public var policy: String
    /// The rule that was asked.
    public var rule: ExplainedRule
    /// Whether the rule matches the packet.
    public var verdict: Verdict
    /// The reason if it is not a clause: the packet does not give the event, or may not.
    public var reason: String?
    /// The answers of the rule's clauses, in order.
    public var answers: [Answer]
  }

  /// The packet as written on the command line.
  public var packet: String
  /// The owner as written on the command line; nil if the packet has no owner.
  public var owner: String?
  /// The reason why live tracing sees such a packet only if a raw socket receives it; nil if it is seen anyway.
  public var unseen: String?
  /// The outcomes of all rules, in order of their bits.
  public var outcomes: [Outcome]

  /// Evaluates every rule of a plan by the reference semantics.
  ///
  /// - Parameter owner: the owner of the packet; nil if it has none.
  public init(_ plan: ExplainedPlan, packet: PacketExpression, owner: OwnerExpression?) {
    self.packet = packet.text
    self.owner = owner?.text
    unseen = packet.packet.hiddenReason
    outcomes = plan.entries.flatMap { entry in
      entry.rules.map { rule in
        let answers = rule.clauses.map { Answer($0, packet, owner) }
        var (verdict, reason) = Self.event(rule.rule.event, packet)
        verdict = answers.reduce(verdict) { $0.and($1.verdict) }
        if verdict == .no, reason?.hasPrefix("depends") == true { reason = nil }
        return Outcome(
          policy: entry.name, rule: rule, verdict: verdict, reason: reason, answers: answers)
      }
    }
  }

  /// Whether a packet gives an event, as far as it is told.
  private static func event(_ event: EventKind, _ packet: PacketExpression) -> (Verdict, String?) {
    if packet.packet.events.contains(event) { return (.yes, nil) }
    if packet.mayGive(event) { return (.depends, "depends on the payload") }
    let given = packet.packet.events.map(\.name).sorted().joined(separator: ", ")
    return (.no, "the packet gives only \(given)")
  }
}

extension ExplainedMatch.Verdict {
  /// Both must hold.
  func and(_ other: Self) -> Self {
    if self == .no || other == .no { return .no }
    return self == .depends || other == .depends ? .depends : .yes
  }
}

extension ExplainedMatch.Answer {
  init(
    _ clause: ExplainedClause, _ packet: PacketExpression, _ owner: OwnerExpression?,
    remembered: Bool? = nil
  ) {
    self.clause = clause
    verdict = clause.verdict(packet, owner, remembered: remembered)
    switch clause.question {
    case .packet(let question):
      let values = packet.packet.fields[question.field]
      self.values = (values ?? []).map { $0.shown(clause.type) }
      if values == nil, !packet.mayHave(question.field) { reason = "the packet has no such field" }
    case .owner(let question):
      guard let owner else {
        (values, reason) = ([], "nobody owns the packet")
        return
      }
      let isGiven = owner.determines(question.field, question.condition)
      let found = isGiven ? ReferenceMatcher.values(of: question.field, in: owner.owner) : []
      values = found.map { $0.shown(clause.type) }
      if clause.origin == .follow, isGiven, verdict == .depends {
        reason = "unless it or one of its ancestors has matched before"
      }
    }
  }
}

extension FieldValue {
  /// Returns the value as it appears in events.
  func shown(_ type: FieldType?) -> String {
    switch self {
    case .number(let number):
      switch type {
      case .signedInteger: return String(Int64(bitPattern: number ^ (1 << 63)))
      case .enumeration(let enumeration): return enumeration.name(of: number) ?? String(number)
      default: return String(number)
      }
    case .address(let address): return address.description
    case .text(let text): return text
    case .member(FieldValue.state, let word): return word
    case .member(let name, let text): return "\(name): \(text)"
    }
  }
}
