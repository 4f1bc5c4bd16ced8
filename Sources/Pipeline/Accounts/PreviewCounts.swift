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

  /// A policy, by the name that it has in both sets, and a signature.
  public struct FindingKey: Hashable, Sendable {
    /// The name of the policy.
    public let policy: String
    /// The name of the signature.
    public let signature: String
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

  /// The counts, for each policy and signature that gave findings.
  public internal(set) var findings: [FindingKey: Count] = [:]

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

  /// The name of a policy and that of an event or a signature, and their numbers.
  struct Row {
    var policy: String
    var event: String
    var count: Count
  }

  /// The counts in the order of policies; of each the events in the order of their kinds, then the findings by their names.
  var rows: [Row] {
    let events = counts.sorted { $0.key.event.rawValue < $1.key.event.rawValue }.map {
      Row(policy: $0.key.policy, event: $0.key.event.name, count: $0.value)
    }
    let found = findings.sorted { $0.key.signature < $1.key.signature }.map {
      Row(policy: $0.key.policy, event: $0.key.signature, count: $0.value)
    }
    let grouped = Dictionary(grouping: events + found, by: \.policy)
    return grouped.keys.sorted().flatMap { policy in grouped[policy] ?? [] }
  }

  /// Returns a line for each policy and event that differs, or one line when none does, each beginning with `preview:`.
  public var lines: [String] {
    let rows = rows
    let lines = rows.filter { $0.count.gained + $0.count.lost > 0 }.map { row in
      "preview: policy '\(row.policy)', \(row.event): gained \(row.count.gained), "
        + "lost \(row.count.lost), same \(row.count.same)"
    }
    let same = rows.reduce(0) { $0 + $1.count.same }
    return lines.isEmpty ? ["preview: no event differs, same \(same)"] : lines
  }
}
