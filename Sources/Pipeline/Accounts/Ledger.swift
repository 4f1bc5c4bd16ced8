// SPDX-License-Identifier: Apache-2.0

public import Policy

/// What became of every packet: nothing is lost without a number that says so.
///
/// Read at rest, when the kernel records nothing and every record was consumed, it balances exactly; see ``imbalances``.
public struct Ledger: Sendable, CustomStringConvertible {
  /// What the kernel side counted.
  public let kernel: KernelCounts
  /// Records of packets that were read from the ring.
  public let records: UInt64
  /// Records that contradict themselves, or whose plan is not there.
  public let malformedRecords: UInt64
  /// Events that were emitted: each is meant for every output whose route it takes.
  public let emitted: UInt64
  /// What became of each rule's packets.
  public let rules: [RuleAccount]
  /// How many events each policy got.
  public let policies: [PolicyAccount]
  /// What became of the events of each kind; kinds that no packet should have given are left out.
  public let events: [(kind: EventKind, counts: RuleCounts)]
  /// What became of the emitted events at each output, in the order of the command line.
  public let outputs: [OutputAccount]
  /// The findings among the events that were emitted.
  public let findings: UInt64
  /// What became of the events that signatures got, by policy and signature.
  public let signatures: [SignatureAccount]
  /// What became of the events that programs of signatures were meant to get.
  public let programs: [ProgramAccount]
  /// Events that came too late to be put in order for signatures.
  public let lateForSignatures: UInt64
  /// Events that signatures did not see, because there was no room to keep them.
  public let unseenBySignatures: UInt64
  /// What became of messages of DNS and HTTP that were in several segments.
  let messages: StreamCounts
  /// What a previewed set of policies would change; nil when none is.
  public var preview: PreviewCounts?

  /// Records that are in the ring; 0 at rest.
  public var waiting: UInt64 { kernel.submitted - min(kernel.submitted, records) }
  /// Times that a clause which user space decides refused a rule.
  public var rejected: UInt64 { rules.reduce(0) { $0 + $1.counts.rejected } }
  /// Records or events that could not be decoded.
  public var undecodable: UInt64 {
    events.reduce(malformedRecords) { $0 + $1.counts.undecodable }
  }
  /// Events that an output could not take, over all outputs.
  public var lost: UInt64 { outputs.reduce(0) { $0 + $1.lost } }

  /// What does not add up, as sentences; empty for a ledger that balances.
  public var imbalances: [String] {
    var found: [String] = []
    func check(_ what: String, _ whole: UInt64, _ parts: UInt64...) {
      let sum = parts.reduce(0, +)
      if whole != sum { found.append("\(what): \(whole) is not \(sum)") }
    }
    check("records submitted", kernel.submitted, records, waiting)
    check("events emitted", emitted, events.reduce(0) { $0 + $1.counts.emitted }, findings)
    for output in outputs {
      check(
        "events for \(output.name)", output.accepted, output.written, output.waiting, output.lost)
    }
    return found
  }

  /// The words of the ledger line.
  public var description: String {
    "seen \(kernel.seen), unwanted \(kernel.unwanted), wanted \(kernel.wanted): "
      + "submitted \(kernel.submitted), ring full \(kernel.ringFull); " + eventWords
  }

  /// The words about events: numbers that are rarely anything but 0 are there only if they are.
  var eventWords: String {
    func sum(_ count: (RuleCounts) -> UInt64) -> UInt64 {
      events.reduce(0) { $0 + count($1.counts) }
    }
    let rare = [
      ("incomplete", sum(\.incomplete)), ("further", sum(\.further)),
      ("after the limit", sum(\.afterLimit)),
    ]
    return
      "events \(emitted), \(findingWords)rejected \(rejected), undecodable \(undecodable), lost \(lost)"
      + rare.map { name, count in count > 0 ? ", \(name) \(count)" : "" }.joined()
  }
}

extension Ledger {
  /// The findings as a part of a line, when somebody watches for any.
  var findingWords: String { signatures.isEmpty ? "" : "findings \(findings), " }
}

/// What became of the events that were meant for one output.
public struct OutputAccount: Sendable {
  /// The output as the command line names it.
  public let name: String
  /// The events that it should write.
  public let accepted: UInt64
  /// Of these, the events that were confirmed by a server that confirms, that the kernel has taken from it, or that are only counted.
  public let written: UInt64
  /// Of these, the events that wait to be written.
  public let waiting: UInt64
  /// Of these, the events for which there was no room.
  public let dropped: UInt64
  /// Of these, the events that waited in vain: the output failed, or took nothing any more at the end.
  public let unwritten: UInt64
  /// The times that a connection or a message was tried again.
  public var retries: UInt64 = 0
  /// Of those written, the events sent without their arguments, for they were too long.
  public var truncated: UInt64 = 0
  /// Those dropped and unwritten, by who wanted them.
  let losses: Losses

  /// The events that are lost.
  public var lost: UInt64 { dropped + unwritten }
}
