/// Which rules want a packet of an owner, and which clauses of the others say no.
public struct ExplainedMatch: Equatable, Sendable {
  /// What is known about whether something holds.
  public enum Verdict: String, CaseIterable, Sendable {
    case yes
    case no
    /// It depends on what the packet or the owner was not said to have.
    case depends
  }

  /// What a clause says.
  public struct Answer: Equatable, Sendable {
    /// The clause.
    public var clause: ExplainedClause
    /// What it says.
    public var verdict: Verdict
    /// What the packet or the owner has in its field; empty when it is not told, or when it has nothing.
    public var values: [String]
    /// More about why, such as that nobody owns the packet; nil when the values say it.
    public var reason: String?
  }

  /// What a rule says.
  public struct Outcome: Equatable, Sendable {
    /// The policy's name.
    public var policy: String
    /// The rule.
    public var rule: ExplainedRule
    /// What it says.
    public var verdict: Verdict
    /// Why not, or on what it depends, when that is no clause: the packet does not give the event.
    public var reason: String?
    /// What each of its clauses says.
    public var answers: [Answer]
  }

  /// The packet as it is written.
  public var packet: String
  /// Its owner as it is written; nil when nobody owns it.
  public var owner: String?
  /// Why tracing does not see such a packet, unless a raw socket gets it; nil when it does.
  public var unseen: String?
  /// The rules in order of their bits.
  public var outcomes: [Outcome]

  /// Asks the reference about every rule.
  ///
  /// - Parameter owner: nil when nobody owns the packet.
  public init(_ plan: ExplainedPlan, packet: PacketExpression, owner: OwnerExpression?) {
    self.packet = packet.text
    self.owner = owner?.text
    unseen = packet.packet.hiddenReason
    outcomes = plan.entries.flatMap { entry in
      entry.rules.map { rule in
        let answers = rule.clauses.map { Answer($0, packet.packet, owner) }
        var (verdict, reason) = Self.event(rule.rule.event, packet.packet)
        verdict = answers.reduce(verdict) { $0.and($1.verdict) }
        if verdict == .no, reason?.hasPrefix("it depends") == true { reason = nil }
        return Outcome(
          policy: entry.name, rule: rule, verdict: verdict, reason: reason, answers: answers)
      }
    }
  }

  /// Whether a packet gives an event, as far as its headers say.
  private static func event(_ event: EventKind, _ packet: Packet) -> (Verdict, String?) {
    if packet.events.contains(event) { return (.yes, nil) }
    if packet.mayGive(event) { return (.depends, "it depends on what the packet says") }
    let given = packet.events.map(\.name).sorted().joined(separator: ", ")
    return (.no, "the packet gives \(given)")
  }
}

extension ExplainedMatch.Verdict {
  /// Both must hold.
  fileprivate func and(_ other: Self) -> Self {
    if self == .no || other == .no { return .no }
    return self == .depends || other == .depends ? .depends : .yes
  }
}

extension ExplainedMatch.Answer {
  fileprivate init(_ clause: ExplainedClause, _ packet: Packet, _ owner: OwnerExpression?) {
    self.clause = clause
    switch clause.question {
    case .packet(let question):
      let base = question.field.derivation?.base ?? question.field
      let values = packet.fields[base].map { _ in packet.values(of: question.field) }
      self.values = (values ?? []).map { $0.shown(clause.type) }
      let mayHave =
        values == nil && question.field.description.events.contains(where: packet.mayGive)
      if mayHave {
        verdict = .depends
      } else {
        verdict = ReferenceMatcher.matches(question.condition, values ?? []) ? .yes : .no
        if values == nil { reason = "the packet has no such field" }
      }
    case .element:
      (verdict, values, reason) = (.depends, [], "it depends on what the packet says")
    case .owner(let question):
      guard let owner else {
        (verdict, values, reason) = (.no, [], "nobody owns the packet")
        return
      }
      let isTold = owner.tells(question.field, question.condition)
      let found = isTold ? ReferenceMatcher.values(of: question.field, in: owner.owner) : []
      values = found.map { $0.shown(clause.type) }
      verdict =
        !isTold ? .depends : ReferenceMatcher.matches(question.condition, found) ? .yes : .no
      if clause.origin == .follow, verdict == .no {
        verdict = .depends
        reason = "unless it, or a process that it descends from, has matched once"
      }
    }
  }
}

extension FieldValue {
  /// The value as events show it.
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
