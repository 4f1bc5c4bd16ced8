// SPDX-License-Identifier: Apache-2.0

public import Policy

/// How often each event was emitted for which policies of a plan.
public struct EventTally: Sendable {
  /// An event, and the policies that want it together.
  public struct Key: Hashable, Sendable {
    /// The event.
    public let event: EventKind
    /// The indices of the policies in the plan, in order.
    public let policies: [Int]
  }

  /// The counts.
  public private(set) var counts: [Key: UInt64] = [:]

  /// Creates a tally in which nothing is counted.
  public init() {}

  /// Counts events.
  mutating func add(_ event: EventKind, of policies: [Int], _ count: UInt64) {
    counts[Key(event: event, policies: policies), default: 0] += count
  }
}
