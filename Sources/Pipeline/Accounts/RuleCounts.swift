// SPDX-License-Identifier: Apache-2.0

/// What became of the packets that a rule wanted, or that should give one kind of event.
public struct RuleCounts: Equatable, Sendable {
  /// The number of packets whose events were given to the outputs.
  public var emitted: UInt64 = 0
  /// Refused by a clause that the kernel did not decide, or of another sort than the kernel took them for.
  public var rejected: UInt64 = 0
  /// With something in them that cannot be read, by what it is.
  public var faults = FaultCounts()
  /// Come after the last event that was asked for.
  public var afterLimit: UInt64 = 0

  /// Segments of TCP that complete no message: what they carry is part of another's, or of none.
  public var incomplete: UInt64 = 0
  /// Messages of packets that had given one before, and datagrams that came in one packet with another: each of them counts
  /// as a packet above.
  public var further: UInt64 = 0

  /// Creates counts that are all 0.
  public init() {}

  /// With something in them that cannot be read.
  public var undecodable: UInt64 { faults.total }
  /// The packets of which a record was read.
  public var submitted: UInt64 {
    emitted + rejected + undecodable + afterLimit + incomplete - further
  }

  static func += (total: inout RuleCounts, more: RuleCounts) {
    total.emitted += more.emitted
    total.rejected += more.rejected
    total.faults += more.faults
    total.afterLimit += more.afterLimit
    total.incomplete += more.incomplete
    total.further += more.further
  }
}
