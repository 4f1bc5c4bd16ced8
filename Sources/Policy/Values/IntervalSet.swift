// SPDX-License-Identifier: Apache-2.0

/// An ordered type in which every value but the last has a successor.
protocol Discrete: Comparable, Sendable {
  /// The next value; nil for the last.
  var next: Self? { get }
  /// The previous value; nil for the first.
  var previous: Self? { get }
}

extension UInt64: Discrete {
  var next: UInt64? { self == .max ? nil : self + 1 }
  var previous: UInt64? { self == 0 ? nil : self - 1 }
}

extension IPAddress: Discrete {
  var next: IPAddress? {
    if let low = low.next { return IPAddress(high: high, low: low) }
    return high.next.map { IPAddress(high: $0, low: 0) }
  }

  var previous: IPAddress? {
    if let low = low.previous { return IPAddress(high: high, low: low) }
    return high.previous.map { IPAddress(high: $0, low: .max) }
  }
}

/// A set of values, stored as intervals in order that neither overlap nor touch.
struct IntervalSet<Value: Discrete>: Equatable, Sendable {
  private(set) var intervals: [ClosedRange<Value>]

  /// Creates the union of intervals, which may overlap and be in any order.
  init(_ intervals: some Sequence<ClosedRange<Value>>) {
    self.intervals = []
    for interval in intervals.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.intervals.last,
        last.upperBound.next.map({ interval.lowerBound <= $0 }) ?? true
      {
        let upper = max(last.upperBound, interval.upperBound)
        self.intervals[self.intervals.count - 1] = last.lowerBound...upper
      } else {
        self.intervals.append(interval)
      }
    }
  }

  var isEmpty: Bool { intervals.isEmpty }

  /// Returns whether a value is in the set, found by halving.
  func contains(_ value: Value) -> Bool {
    var (low, high) = (0, intervals.count)
    while low < high {
      let middle = (low + high) / 2
      if intervals[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < intervals.count && intervals[low].lowerBound <= value
  }

  func union(_ other: Self) -> Self { Self(intervals + other.intervals) }

  func intersection(_ other: Self) -> Self {
    var common: [ClosedRange<Value>] = []
    var (i, j) = (0, 0)
    while i < intervals.count, j < other.intervals.count {
      let (a, b) = (intervals[i], other.intervals[j])
      if a.overlaps(b) { common.append(a.clamped(to: b)) }
      if a.upperBound < b.upperBound { i += 1 } else { j += 1 }
    }
    return Self(common)
  }

  func subtracting(_ other: Self) -> Self {
    var rest: [ClosedRange<Value>] = []
    var j = 0
    for interval in intervals {
      var lower: Value? = interval.lowerBound
      while j < other.intervals.count, other.intervals[j].upperBound < interval.lowerBound {
        j += 1
      }
      var k = j
      while let from = lower, k < other.intervals.count,
        other.intervals[k].lowerBound <= interval.upperBound
      {
        let hole = other.intervals[k]
        if let end = hole.lowerBound.previous, end >= from { rest.append(from...end) }
        lower = hole.upperBound.next
        k += 1
      }
      if let from = lower, from <= interval.upperBound { rest.append(from...interval.upperBound) }
    }
    return Self(rest)
  }

  func isSubset(of other: Self) -> Bool { subtracting(other).isEmpty }
}
