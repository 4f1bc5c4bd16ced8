// SPDX-License-Identifier: Apache-2.0

public import Policy

/// The number of events by policy and event that a previewed set of policies gains and loses against the one in force.
public struct PreviewCounts: Sendable {
  /// A policy, by the name that it has in both sets, and an event.
  public struct Key: Hashable, Sendable {
    /// The name of the policy.
    public let policy: String
    /// The event.
    public let event: EventKind
  }

  /// The numbers of events of one policy and event.
  public struct Count: Equatable, Sendable {
    /// The number of events that only the previewed set reports.
    public var gained: UInt64 = 0
    /// The events that only the set in force reports.
    public var lost: UInt64 = 0
    /// The events that both sets report.
    public var same: UInt64 = 0
  }

  /// The counts, for each policy and event that gave events; at most one for each policy name and event.
  public private(set) var counts: [Key: Count] = [:]

  /// Creates counts of nothing.
  public init() {}

  /// Adds what was counted of one plan.
  mutating func add(_ tally: PreviewTally) {
    tally.forEach { policy, event, count in
      let key = Key(policy: policy, event: event)
      counts[key, default: Count()].gained += count.gained
      counts[key, default: Count()].lost += count.lost
      counts[key, default: Count()].same += count.same
    }
  }

  /// Returns a line for each policy and event that differs, or one line when none does, each beginning with `preview:`.
  public var lines: [String] {
    let sorted = counts.sorted {
      ($0.key.policy, $0.key.event.rawValue) < ($1.key.policy, $1.key.event.rawValue)
    }
    let lines = sorted.filter { $0.value.gained + $0.value.lost > 0 }.map { key, count in
      "preview: policy '\(key.policy)', \(key.event.name): gained \(count.gained), "
        + "lost \(count.lost), same \(count.same)"
    }
    let same = counts.values.reduce(0) { $0 + $1.same }
    return lines.isEmpty ? ["preview: no event differs, same \(same)"] : lines
  }
}
