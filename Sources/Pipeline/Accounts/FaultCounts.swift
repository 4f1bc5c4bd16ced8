// SPDX-License-Identifier: Apache-2.0

public import Policy

/// How often each fault was found.
public struct FaultCounts: Equatable, Sendable {
  private var counts = InlineArray<16, UInt64>(repeating: 0)

  /// The most faults that are told apart, which a test compares with those that there are.
  static let capacity = 16

  /// Creates counts that are all 0.
  public init() {}

  /// How often a fault was found.
  public subscript(fault: DecodingFault) -> UInt64 {
    get { counts[Self.index(of: fault)] }
    set { counts[Self.index(of: fault)] = newValue }
  }

  /// How often any was found.
  public var total: UInt64 {
    var total: UInt64 = 0
    for index in counts.indices { total += counts[index] }
    return total
  }

  /// The place of a fault; of one too many the last, so that a count is wrong rather than the tracer gone.
  private static func index(of fault: DecodingFault) -> Int {
    min(Int(fault.rawValue), capacity - 1)
  }

  static func += (total: inout FaultCounts, more: FaultCounts) {
    for index in total.counts.indices { total.counts[index] += more.counts[index] }
  }

  /// Whether each fault was found as often.
  public static func == (a: FaultCounts, b: FaultCounts) -> Bool {
    for index in a.counts.indices where a.counts[index] != b.counts[index] { return false }
    return true
  }
}
