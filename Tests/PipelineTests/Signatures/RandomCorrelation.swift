// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport

/// Correlations and streams of events at random, in a world so small that much of it meets.
struct RandomCorrelation {
  var random: SplitMix
  let correlation: Correlation
  /// How long after an event one of an earlier time may come.
  let lateness: UInt64

  /// Makes a correlation.
  ///
  /// - Parameter keyLimit: the most keys that are remembered; none are forgotten by default.
  init(seed: UInt64, keyLimit: Int = 1000) {
    var random = SplitMix(state: seed)
    let second: UInt64 = 1_000_000_000
    let timespan = UInt64.random(in: 1...20, using: &random) * second
    let low = UInt64.random(in: 2...5, using: &random)
    let range = Bool.random(using: &random) ? low...UInt64.max : low...low + 2
    var count = Int.random(in: 1...3, using: &random)
    var hasTimespan = true
    let kind: Correlation.Kind
    switch Int.random(in: 0..<8, using: &random) {
    case 0: kind = .eventCount(range)
    case 1: kind = .valueCount(range)
    case 2: kind = .valueSum(low...(Bool.random(using: &random) ? .max : low + 10))
    case 3:
      kind = .temporal
      count += 1
      hasTimespan = Bool.random(using: &random)
    case 4:
      kind = .temporalOrdered
      count += 1
    case 5:
      kind = .absence
      count = 2
    case 6:
      count = Int.random(in: 1...2, using: &random)
      kind = .newValue(
        history: timespan, warmUp: Bool.random(using: &random) ? timespan : 0,
        knownFor: UInt64.random(in: 1...20, using: &random) * second)
    default:
      kind = .interval(
        count: Int.random(in: 3...6, using: &random), share: .random(in: 0.5...1, using: &random),
        tolerance: .random(in: 0...0.5, using: &random), range: second / 2...timespan + second)
    }
    correlation = Correlation(
      kind: kind,
      members: (0..<count).map { Correlation.Member(selection: $0, key: [], value: nil) },
      timespan: hasTimespan ? timespan : nil,
      suppress: Int.random(in: 0..<3, using: &random) == 0 ? timespan : nil, keyLimit: keyLimit,
      valueLimit: Bool.random(using: &random) ? 1024 : 4)
    lateness = Bool.random(using: &random) ? 0 : second
    self.random = random
  }

  /// Events that are in order but for some: late, of equal times, and later than is waited for.
  mutating func events(_ count: Int) -> [PlainEvent] {
    var time: UInt64 = 1_000_000_000_000
    return (0..<count).map { _ in
      // Steps that often meet the ends of windows.
      if !Bool.random(using: &random) {
        time += UInt64.random(in: 0...8, using: &random) * 250_000_000
      }
      let delay =
        Int.random(in: 0..<4, using: &random) > 0
        ? 0 : UInt64.random(in: 0...6, using: &random) * 250_000_000
      var observations: [PlainObservation] = []
      for member in correlation.members.indices where Int.random(in: 0..<3, using: &random) > 0 {
        observations.append(
          PlainObservation(member: member, key: key(), value: value(of: member)))
      }
      return PlainEvent(time: time - delay, observations: observations)
    }
  }

  private mutating func key() -> [FieldValue] {
    let number = UInt64.random(in: 1...3, using: &random)
    return switch Int.random(in: 0..<4, using: &random) {
    case 0: [.text(String(number))]
    case 1: [.address(IPAddress(high: 0, low: number))]
    default: [.number(number)]
    }
  }

  private mutating func value(of member: Int) -> FieldValue? {
    switch correlation.kind {
    case .valueCount, .newValue, .valueSum: .number(.random(in: 0...6, using: &random))
    default: nil
    }
  }
}
