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

  /// A signature, and the policies that want a finding of it together.
  public struct FindingKey: Hashable, Sendable {
    /// The name of the signature.
    public let signature: String
    /// The names of the policies.
    public let policies: [String]
  }

  /// The numbers of events, one for each combination of event and policies that occurred.
  public private(set) var counts: [Key: UInt64] = [:]
  /// The times of findings in ns since the epoch, for each combination of signature and policies that occurred.
  public internal(set) var findings: [FindingKey: [UInt64]] = [:]

  /// Creates a tally in which nothing is counted.
  public init() {}

  /// Counts events that some policies want together.
  mutating func add(_ event: EventKind, of policies: [Int], _ count: UInt64) {
    counts[Key(event: event, policies: policies), default: 0] += count
  }
}
