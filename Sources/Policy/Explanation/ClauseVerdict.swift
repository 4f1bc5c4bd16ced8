// SPDX-License-Identifier: Apache-2.0

extension ExplainedClause {
  /// Whether the clause holds for a packet and its owner, as far as they are told.
  ///
  /// - Parameters:
  ///   - owner: nil when nobody owns the packet.
  ///   - remembered: whether the owner has matched the scope of a policy that follows once; nil when that is not known.
  func verdict(
    _ packet: PacketExpression, _ owner: OwnerExpression?, remembered: Bool? = nil
  ) -> ExplainedMatch.Verdict {
    switch question {
    case .packet(let question):
      let base = question.field.derivation?.base ?? question.field
      let values = packet.packet.fields[base].map { _ in packet.packet.values(of: question.field) }
      if values == nil, packet.mayHave(base) { return .depends }
      return ReferenceMatcher.matches(question.condition, values ?? []) ? .yes : .no
    case .element(let question):
      guard packet.isWhole else { return .depends }
      return ReferenceMatcher.matches(question, packet.packet) ? .yes : .no
    case .owner(let question):
      guard let owner else { return .no }
      if origin == .follow, remembered == true { return .yes }
      guard owner.determines(question.field, question.condition) else { return .depends }
      let values = ReferenceMatcher.values(of: question.field, in: owner.owner)
      if ReferenceMatcher.matches(question.condition, values) { return .yes }
      return origin == .follow && remembered == nil ? .depends : .no
    }
  }
}

extension ExplainedRule {
  /// Whether the rule wants a packet of an owner, as far as they are told; stops at the first clause that does not hold.
  func verdict(
    _ packet: PacketExpression, _ owner: OwnerExpression?, remembered: Bool? = nil
  ) -> ExplainedMatch.Verdict {
    var verdict: ExplainedMatch.Verdict
    if packet.packet.events.contains(rule.event) {
      verdict = .yes
    } else if packet.mayGive(rule.event) {
      verdict = .depends
    } else {
      return .no
    }
    for clause in clauses {
      verdict = verdict.and(clause.verdict(packet, owner, remembered: remembered))
      if verdict == .no { return .no }
    }
    return verdict
  }
}
