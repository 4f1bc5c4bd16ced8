// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

@Suite struct `A condition laid out for look-ups` {
  @Test(arguments: 0..<20)
  func `means what the reference says`(seed: UInt64) {
    var random = Generator(state: seed)
    func text() -> String {
      String(
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
          Bool.random(using: &random) ? "a" : "b" as Character
        })
    }
    func operand() -> Operand {
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        let low = UInt64.random(in: 0...20, using: &random)
        return .numbers(low...low + UInt64.random(in: 0...4, using: &random))
      case 1:
        let low = UInt32.random(in: 0...20, using: &random)
        return .addresses(IPAddress(ipv4: low)...IPAddress(ipv4: low + 3))
      case 2: return .text(.exact(text()))
      case 3: return .text(.prefix(text()))
      case 4: return .text(.suffix(text()))
      case 5: return .text(.contains(text()))
      case 6: return .member("m", .exact(text()))
      default: return .member("m", .prefix(text()))
      }
    }
    func value() -> FieldValue {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: .number(UInt64.random(in: 0...26, using: &random))
      case 1: .address(IPAddress(ipv4: UInt32.random(in: 0...26, using: &random)))
      case 2: .text(text())
      default: .member(Bool.random(using: &random) ? "m" : "n", text())
      }
    }
    func some<Element>(_ limit: Int, _ make: () -> Element) -> [Element] {
      (0..<Int.random(in: 0...limit, using: &random)).map { _ in make() }
    }
    for _ in 0..<500 {
      var condition = Condition(included: some(6, operand), excluded: some(3, operand))
      if Int.random(in: 0..<4, using: &random) == 0 {
        condition.bounds = [Bound(.less, UInt64.random(in: 0...26, using: &random))]
      }
      let indexed = IndexedCondition(condition)
      for _ in 0..<10 {
        let values = some(3, value)
        #expect(
          indexed.matches(values) == ReferenceMatcher.matches(condition, values),
          "seed \(seed): \(condition) \(values)")
      }
    }
  }

  /// SplitMix64, so that a seed gives the same conditions everywhere.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }
}
