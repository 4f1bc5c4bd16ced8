// SPDX-License-Identifier: Apache-2.0

public import Policy

extension Ledger {
  /// The ledger as `--stats-file` has it.
  ///
  /// Source: `schema/stats.schema.json`.
  public var json: JSONValue {
    [
      "packets": [
        "seen": .count(kernel.seen), "unwanted": .count(kernel.unwanted),
        "malformed": .count(kernel.malformed), "wanted": .count(kernel.wanted),
        "submitted": .count(kernel.submitted), "ringFull": .count(kernel.ringFull),
        "fragments": .count(kernel.fragments), "buried": .count(kernel.buried),
        "cutOff": .count(kernel.cutOff),
      ],
      "records": [
        "read": .count(records), "waiting": .count(waiting), "malformed": .count(malformedRecords),
      ],
      "processes": [
        "ringFull": .count(kernel.processesFull), "noRoom": .count(kernel.processesRefused),
        "manyAncestors": .count(kernel.ancestorsCut),
      ],
      "cgroups": ["unknown": .count(kernel.cgroupsUnknown)],
      "failures": [
        "sockets": .count(kernel.socketFailures), "streams": .count(kernel.streamFailures),
        "processes": .count(kernel.processFailures), "owners": .count(kernel.ownerFailures),
      ],
      "emitted": .count(emitted),
      "rules": .list(rules.map(\.json)),
      "policies": .list(
        policies.map { account in
          [
            "policy": .text(account.key.policy), "event": .text(account.key.event.name),
            "emitted": .count(account.emitted),
          ]
        }),
      "events": .list(
        events.map { .object([.init("event", .text($0.kind.name))] + $0.counts.members) }),
      "messages": .object(messages.words.map { .init($0.name, .count($0.count)) }),
      "outputs": .list(outputs.map(\.json)),
      "signatures": [
        "findings": .count(findings), "late": .count(lateForSignatures),
        "unseen": .count(unseenBySignatures), "accounts": .list(signatures.map(\.json)),
        "programs": .list(programs.map(\.json)),
      ],
    ]
  }
}

extension StreamCounts {
  /// The numbers that a user is told, with their names in `--stats-file`.
  var words: [(name: String, count: UInt64)] {
    [
      ("assembled", assembled), ("gaps", gaps), ("unfinished", unfinished), ("idle", idle),
      ("crowdedOut", crowdedOut), ("tooLong", tooLong), ("guessed", guessed),
      ("unpaired", unpaired), ("unframed", unframed), ("waiting", waiting),
    ]
  }
}

extension RuleAccount {
  fileprivate var json: JSONValue {
    .object(
      [
        .init("policy", .text(key.policy)), .init("event", .text(key.event.name)),
        .init("number", .number(key.number)), .init("wanted", .count(wanted)),
        .init("ringFull", .count(ringFull)),
      ] + counts.members)
  }
}

extension RuleCounts {
  fileprivate var members: [JSONValue.Member] {
    [
      .init("submitted", .count(submitted)), .init("emitted", .count(emitted)),
      .init("fed", .count(fed)),
      .init("rejected", .count(rejected)), .init("undecodable", .count(undecodable)),
      .init("undecodableBy", .object(faults.members)), .init("afterLimit", .count(afterLimit)),
      .init("incomplete", .count(incomplete)),
      .init("further", .count(further)),
    ]
  }
}

extension FaultCounts {
  /// Those that were found.
  fileprivate var members: [JSONValue.Member] {
    DecodingFault.allCases.filter { self[$0] > 0 }.map { .init($0.words.name, .count(self[$0])) }
  }
}

extension SignatureAccount {
  fileprivate var json: JSONValue {
    [
      "policy": .text(policy), "signature": .text(signature), "findings": .count(findings),
      "suppressed": .count(suppressed), "rejected": .count(rejected),
      "withoutKey": .count(withoutKey), "forgotten": .count(forgotten), "keys": .number(keys),
    ]
  }
}

extension ProgramAccount {
  fileprivate var json: JSONValue {
    [
      "program": .text(program), "given": .count(given), "lost": .count(lost),
      "findings": .count(findings), "refused": .count(refused), "starts": .count(starts),
    ]
  }
}

extension OutputAccount {
  fileprivate var json: JSONValue {
    [
      "output": .text(name), "accepted": .count(accepted), "written": .count(written),
      "waiting": .count(waiting), "lost": .count(lost), "dropped": .count(dropped),
      "unwritten": .count(unwritten), "retries": .count(retries), "truncated": .count(truncated),
      "losses": .list(losses.json),
    ]
  }
}

extension Losses {
  fileprivate var json: [JSONValue] {
    let sorted = byLabel.sorted {
      ($0.key.event.number, $0.key.policies.joined(separator: ","))
        < ($1.key.event.number, $1.key.policies.joined(separator: ","))
    }
    return sorted.map { key, count in
      [
        "policies": .list(key.policies.map { .text($0) }), "event": .text(key.event.name),
        "count": .count(count),
      ]
    }
  }
}

extension JSONValue {
  fileprivate static func count(_ number: UInt64) -> JSONValue {
    .number(Int(clamping: number))
  }
}
