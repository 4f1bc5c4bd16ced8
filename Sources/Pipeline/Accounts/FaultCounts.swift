public import Policy

/// How often each fault was found.
public struct FaultCounts: Equatable, Sendable {
  private var counts = InlineArray<15, UInt64>(repeating: 0)

  /// Makes counts of nothing.
  public init() {}

  /// How often a fault was found.
  public subscript(fault: DecodingFault) -> UInt64 {
    get { counts[Int(fault.rawValue)] }
    set { counts[Int(fault.rawValue)] = newValue }
  }

  /// How often any was found.
  public var total: UInt64 {
    var total: UInt64 = 0
    for index in counts.indices { total += counts[index] }
    return total
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
