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

  /// A signature, and the policies that want a finding of it together.
  public struct FindingKey: Hashable, Sendable {
    /// The name of the signature.
    public let signature: String
    /// The names of the policies.
    public let policies: [String]
  }

  /// The counts.
  public private(set) var counts: [Key: UInt64] = [:]
  /// The counts of findings.
  public internal(set) var findings: [FindingKey: UInt64] = [:]

  /// Creates a tally in which nothing is counted.
  public init() {}

  /// Counts events.
  mutating func add(_ event: EventKind, of policies: [Int], _ count: UInt64) {
    counts[Key(event: event, policies: policies), default: 0] += count
  }
}
