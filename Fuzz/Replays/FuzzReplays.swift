// SPDX-License-Identifier: Apache-2.0

import Policy

@testable import Pipeline

/// Takes the bytes as a capture that is replayed.
enum FuzzReplays: FuzzTarget {
  static let name = "replays"
  static var seeds: [[UInt8]] { CaptureSeeds.all + CaptureSeeds.ofMessages }

  static func check(_ bytes: RawSpan) {
    let bytes = bytes.array
    var limits = Streams.Limits()
    limits.flows = 64
    var run = ReplayRun(replay, CaptureReader(CaptureInput(bytes)), outputs: [], streams: limits)
    run.decapsulates = bytes.count % 2 == 0
    do throws(ReplayError) { try run.run() } catch { fatalError("\(error)") }
    let ledger = run.ledger
    let counts = ledger.counts
    claim(
      counts.frames + counts.inner + counts.assembled
        == counts.unknownLink + counts.notIP + counts.malformed + counts.unwanted + counts.wanted,
      "every frame and every packet in another is counted once: \(counts)")
    claim(counts.assembled == ledger.fragments.assembled, "a packet is put together once")
    claim(ledger.ledger.records == counts.wanted, "every wanted packet is a record")
    claim(ledger.ledger.malformedRecords == 0, "every record is well formed")
    claim(ledger.ledger.imbalances.isEmpty, "\(ledger.ledger.imbalances)")
  }

  /// Made once, which takes longer than to read a capture.
  private static let replay = ReplayPlan(plan)

  /// A rule for each event, and one that only few packets meet.
  private static let plan = TracePlan(
    policies: ["all", "some"],
    rules: EventKind.allCases.map { PlanRule(policy: 0, event: $0) } + [
      PlanRule(
        policy: 1, event: .tcp,
        filters: [Clause(.destinationPort, Condition(included: [.numbers(80...443)]))])
    ])
}
