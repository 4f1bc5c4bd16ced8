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
    return CaptureDifference(
      entries: (counted.preview ?? PreviewCounts()).rows.map { row in
        CaptureDifference.Entry(
          policy: row.policy, event: row.event, gained: row.count.gained, lost: row.count.lost,
          same: row.count.same, examples: observer.examples[.init(row)] ?? [])
      })
  }

  /// The first frames whose events differ.
  private final class ExampleObserver {
    /// The packet that was read last.
    var latest: ReplayedPacket?
    private(set) var examples: [Key: [CaptureDifference.Example]] = [:]
    private var known: [Key: PreviewCounts.Count] = [:]

    struct Key: Hashable {
      var policy: String
      var event: String

      init(_ row: PreviewCounts.Row) { (policy, event) = (row.policy, row.event) }
    }

    func note(frame: UInt64, _ counts: PreviewCounts) {
      for row in counts.rows {
        let before = known.updateValue(row.count, forKey: Key(row)) ?? PreviewCounts.Count()
        if row.count.gained > before.gained { add(.gained, Key(row), frame) }
        if row.count.lost > before.lost { add(.lost, Key(row), frame) }
      }
    }

    private func add(_ side: PolicyDifference.Side, _ key: Key, _ frame: UInt64) {
      guard let latest, let packet = latest.packet.endpoints,
        examples[key, default: []].count(where: { $0.side == side })
          < CaptureDifference.exampleLimit
      else { return }
      examples[key, default: []].append(
        .init(side: side, frame: frame, packet: packet, owner: latest.owner?.text))
    }
  }
}
