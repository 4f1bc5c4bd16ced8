// SPDX-License-Identifier: Apache-2.0

public import Policy

/// A comparison of what two sets of policies report of a capture.
public enum CaptureComparison {
  /// Returns the difference over the packets of a capture; nil when both sets have more than
  /// ``Policy/TracePlan/ruleLimit`` rules together.
  ///
  /// - Throws: a ``CaptureError`` or a ``ReplayError``.
  public static func difference(
    of path: String, from old: TracePlan, to new: TracePlan
  ) throws -> CaptureDifference? {
    guard let plan = old.previewing(new) else { return nil }
    let observer = ExampleObserver()
    let counted = try CaptureTest.run(plan, path, ReplayOwners(), tallies: false) { run in
      run.observer = { observer.latest = $0 }
      run.previewObserver = { observer.note(frame: $0, $1) }
    }
    let counts = (counted.preview ?? PreviewCounts()).counts.sorted {
      ($0.key.policy, $0.key.event.rawValue) < ($1.key.policy, $1.key.event.rawValue)
    }
    let events = counts.map { key, count in
      CaptureDifference.Entry(
        policy: key.policy, event: key.event.name, gained: count.gained, lost: count.lost,
        same: count.same, examples: observer.examples[key] ?? [])
    }
    return CaptureDifference(entries: events + (try findings(of: path, from: old, to: new)))
  }

  /// Returns the numbers of findings by policy and signature. Which of them are the same is not known, only how many.
  private static func findings(
    of path: String, from old: TracePlan, to new: TracePlan
  ) throws -> [CaptureDifference.Entry] {
    struct Key: Hashable {
      var policy: String
      var signature: String
    }
    func numbers(_ plan: TracePlan) throws -> [Key: UInt64] {
      guard !plan.uses.isEmpty else { return [:] }
      let counted = try CaptureTest.run(plan, path, ReplayOwners(), tallies: true)
      return counted.tally.findings.reduce(into: [:]) { numbers, entry in
        for policy in entry.key.policies {
          numbers[Key(policy: policy, signature: entry.key.signature), default: 0] +=
            UInt64(entry.value.count)
        }
      }
    }
    let (before, after) = (try numbers(old), try numbers(new))
    return Set(before.keys).union(after.keys).sorted {
      ($0.policy, $0.signature) < ($1.policy, $1.signature)
    }.map { key in
      let (old, new) = (before[key, default: 0], after[key, default: 0])
      return CaptureDifference.Entry(
        policy: key.policy, event: key.signature, gained: new - min(old, new),
        lost: old - min(old, new), same: min(old, new))
    }
  }

  /// The first frames whose events differ.
  private final class ExampleObserver {
    /// The packet that was read last.
    var latest: ReplayedPacket?
    private(set) var examples: [PreviewCounts.Key: [CaptureDifference.Example]] = [:]
    private var known: [PreviewCounts.Key: PreviewCounts.Count] = [:]

    func note(frame: UInt64, _ counts: PreviewCounts) {
      for (key, count) in counts.counts {
        let before = known[key] ?? PreviewCounts.Count()
        if count.gained > before.gained { add(.gained, key, frame) }
        if count.lost > before.lost { add(.lost, key, frame) }
      }
      known = counts.counts
    }

    private func add(
      _ side: PolicyDifference.Side, _ key: PreviewCounts.Key, _ frame: UInt64
    ) {
      guard let latest, let packet = latest.packet.endpoints,
        examples[key, default: []].count(where: { $0.side == side })
          < CaptureDifference.exampleLimit
      else { return }
      examples[key, default: []].append(
        .init(side: side, frame: frame, packet: packet, owner: latest.owner?.text))
    }
  }
}
