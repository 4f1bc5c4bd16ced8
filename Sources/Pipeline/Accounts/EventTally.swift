// SPDX-License-Identifier: Apache-2.0

public import Policy

/// The numbers of emitted events by event and by the policies that want it together.
public struct EventTally: Sendable {
  /// An event, and the policies that want it together.
  public struct Key: Hashable, Sendable {
    /// The event.
    public let event: EventKind
    /// The indices of the policies in the plan, in order.
    public let policies: [Int]
  }

  /// The numbers of events, one for each combination of event and policies that occurred.
  public private(set) var counts: [Key: UInt64] = [:]

  /// Creates a tally in which nothing is counted.
  public init() {}

  /// Counts events that some policies want together.
  mutating func add(_ event: EventKind, of policies: [Int], _ count: UInt64) {
    counts[Key(event: event, policies: policies), default: 0] += count
  }
}
