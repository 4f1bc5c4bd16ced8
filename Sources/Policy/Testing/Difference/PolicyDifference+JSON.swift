// SPDX-License-Identifier: Apache-2.0

extension PolicyDifference {
  /// The differences as JSON.
  ///
  /// Source: `docs/testing.md`.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("same", .bool(isNothing)),
      .init("added", .list(added.map { .text($0) })),
      .init("removed", .list(removed.map { .text($0) })),
      .init("changes", .list(changes.map(\.json))),
      .init(
        "signatures",
        .list(
          signatures.map { change in
            [
              "change": .text(change.kind.rawValue), "policy": .text(change.policy),
              "signature": .text(change.signature),
            ]
          })),
      .init("undecided", .list(doubts.map(\.json))),
      .init("reworded", .list(reworded.map(\.json))),
      .init(
        "fallen",
        .list(
          fallen.map { filter in
            [
              "rule": filter.rule.json, "filter": .text(filter.words),
              "reason": .text(filter.reason),
            ]
          })),
    ]
    if let cost {
      members.append(.init("cost", ["old": cost.old.json, "new": cost.new.json]))
    }
    if let capture { members.append(.init("capture", capture.json)) }
    return .object(members)
  }
}

extension PolicyDifference.Place {
  fileprivate var json: JSONValue {
    [
      "policy": .text(policy), "rule": .number(rule), "file": .text(source), "line": .number(line),
    ]
  }
}

extension PolicyDifference.Change {
  fileprivate var json: JSONValue {
    [
      "side": .text(side.rawValue), "policy": .text(policy), "event": .text(event.name),
      "packet": .text(witness.packet.text),
      "owner": witness.owner.map { .text($0.text) } ?? .null, "rule": rule.json,
      "nearest": nearest?.json ?? .null, "reasons": .list(reasons.map { .text($0) }),
    ]
  }
}

extension PolicyDifference.Doubt {
  fileprivate var json: JSONValue {
    [
      "side": .text(side.rawValue), "policy": .text(policy), "event": .text(event.name),
      "rule": rule.json, "filters": .list(filters.map { .text($0) }),
    ]
  }
}

extension PolicyDifference.Cost {
  fileprivate var json: JSONValue {
    [
      "rules": .number(rules), "bytes": .number(bytes),
      "user_space_filters": .number(userSpaceFilters),
    ]
  }
}
