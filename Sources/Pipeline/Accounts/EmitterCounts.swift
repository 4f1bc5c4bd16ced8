// SPDX-License-Identifier: Apache-2.0

/// What an emitter counted since it was made.
public struct EmitterCounts: Equatable, Sendable {
  /// The number of records that were consumed, whatever came of them.
  public var records: UInt64 = 0
  /// The number of records whose lengths or offsets contradict each other, which were skipped.
  public var malformed: UInt64 = 0
  /// Records of a plan that is not there.
  public var withoutPlan: UInt64 = 0
  /// Events that a packet should have given and did not, for what they show is cut off or malformed.
  public var undecodable: UInt64 = 0
  /// Events emitted.
  ///
  /// Each output says how many of them it wrote and lost.
  public var events: UInt64 = 0
}
