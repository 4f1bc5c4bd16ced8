// SPDX-License-Identifier: Apache-2.0

extension ExplainedMatch {
  /// The explanation as text: every rule, with the clauses that do not hold or are undecided.
  public var text: String {
    var text = packet + (owner.map { ", owned by \($0)" } ?? ", owned by nobody") + "\n"
    if let unseen { text += "not seen live, unless a raw socket receives it: \(unseen)\n" }
    text += "\n"
    for outcome in outcomes { text += outcome.text }
    return text + "\n" + summary + "\n"
  }

  private var summary: String {
    let wanting = outcomes.filter { $0.verdict == .yes }
    var names: [String] = []
    for outcome in wanting where !names.contains(outcome.policy) { names.append(outcome.policy) }
    let depending = outcomes.count { $0.verdict == .depends }
    let isOne = wanting.count == 1 || outcomes.count == 1
    let rules = outcomes.count == 1 ? "1 rule" : "\(outcomes.count) rules"
    return "\(wanting.count) of \(rules) \(isOne ? "matches" : "match")"
      + (names.contains { !$0.isEmpty } ? ": \(names.joined(separator: ", "))" : "")
      + (depending > 0
        ? "; \(depending) \(depending == 1 ? "depends" : "depend") on values not given" : "")
  }
}

extension ExplainedMatch.Outcome {
  fileprivate var text: String {
    let words = [.yes: "matches ", .no: "no match", .depends: "depends "][verdict] ?? ""
    let name = policy.isEmpty ? "" : "\(policy), "
    var text = "\(words)  \(name)rule \(rule.number): \(rule.rule.event.name)\n"
    if verdict != .yes, let reason { text += "            \(reason)\n" }
    if verdict == .no, reason != nil { return text }
    // Undecided clauses are not shown if another clause does not hold.
    for answer in answers where answer.verdict == verdict && verdict != .yes {
      text += "            \(answer.text)\n"
    }
    return text
  }
}

extension ExplainedMatch.Answer {
  var text: String {
    let side: String = if case .packet = clause.question { "the packet" } else { "the owner" }
    let words = clause.words.joined(separator: " and ")
    let found = values.joined(separator: ", ")
    let has = found.isEmpty ? nil : "\(side) has \(found)"
    let unknown = verdict == .depends && found.isEmpty ? "\(side) may have it" : nil
    let why = [has, reason ?? (has == nil ? unknown ?? "\(side) has none" : nil)].compactMap { $0 }
    return "\(words): \(why.joined(separator: ", "))"
  }
}
