// SPDX-License-Identifier: Apache-2.0

/// What became of datagrams of IP that came in fragments, in a replay.
public struct FragmentCounts: Equatable, Sendable {
  /// Those that were put together.
  public var assembled: UInt64 = 0
  /// Those that were refused, for fragments of them overlap with others' bytes, or contradict each other's lengths.
  public var overlapping: UInt64 = 0
  /// Those that were refused, for they would be longer than a packet may be.
  public var tooLong: UInt64 = 0
  /// Those of which fragments did not come in time.
  public var timedOut: UInt64 = 0
  /// Those that had to make room for others.
  public var crowdedOut: UInt64 = 0
  /// Fragments whose ends were not captured.
  public var cutOff: UInt64 = 0
  /// Those of which fragments are missing at the end.
  public var waiting: UInt64 = 0

  /// The numbers with their names, in order.
  public var words: [(name: String, count: UInt64)] {
    [
      ("assembled", assembled), ("overlapping", overlapping), ("too long", tooLong),
      ("timed out", timedOut), ("crowded out", crowdedOut), ("cut off", cutOff),
      ("waiting", waiting),
    ]
  }
}
