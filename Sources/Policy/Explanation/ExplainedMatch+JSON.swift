// SPDX-License-Identifier: Apache-2.0

extension ExplainedMatch {
  /// The explanation as JSON, for programs.
  ///
  /// Source: `docs/cli.md`.
  public var json: JSONValue {
    [
      "packet": .text(packet), "owner": owner.map { .text($0) } ?? .null,
      "unseen": unseen.map { .text($0) } ?? .null,
      "rules": .list(outcomes.map(\.json)),
    ]
  }
}

extension ExplainedMatch.Outcome {
  fileprivate var json: JSONValue {
    [
      "bit": .number(rule.bit), "policy": .text(policy), "rule": .number(rule.number),
      "event": .text(rule.rule.event.name), "matches": .text(verdict.rawValue),
      "reason": reason.map { .text($0) } ?? .null, "clauses": .list(answers.map(\.json)),
    ]
  }
}

extension ExplainedMatch.Answer {
  fileprivate var json: JSONValue {
    [
      "expressions": .list(clause.words.map { .text($0) }), "holds": .text(verdict.rawValue),
      "values": .list(values.map { .text($0) }), "reason": reason.map { .text($0) } ?? .null,
    ]
  }
}
