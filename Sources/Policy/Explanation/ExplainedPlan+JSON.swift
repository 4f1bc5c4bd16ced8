// SPDX-License-Identifier: Apache-2.0

extension ExplainedPlan {
  /// The explanation as JSON, for programs.
  ///
  /// Source: `docs/cli.md`.
  public var json: JSONValue {
    [
      "policies": .list(entries.map(\.json)),
      "tables": .list(
        tables.map { table in
          [
            "name": .text(table.name), "entries": .number(table.entries),
            "bytes": .number(table.bytes), "contents": .text(table.summary),
          ]
        }),
      "bytes": .number(tables.reduce(0) { $0 + $1.bytes }),
    ]
  }
}

extension ExplainedPlan.Entry {
  fileprivate var json: JSONValue {
    [
      "name": .text(name), "file": .text(source), "line": .number(line),
      "rules": .list(rules.map(\.json)),
    ]
  }
}

extension ExplainedRule {
  fileprivate var json: JSONValue {
    [
      "bit": .number(bit), "rule": .number(number), "line": .number(line),
      "event": .text(rule.event.name), "clauses": .list(clauses.map(\.json)),
    ]
  }
}

extension ExplainedClause {
  fileprivate var json: JSONValue {
    var decidedIn: JSONValue = "kernel"
    var reason = JSONValue.null
    if case .userSpace(let words) = place { (decidedIn, reason) = ("user-space", .text(words)) }
    return [
      "origin": .text(origin.rawValue), "expressions": .list(words.map { .text($0) }),
      "decided_in": decidedIn, "reason": reason, "regions": .number(regions),
      "entries": .number(entries),
    ]
  }
}
