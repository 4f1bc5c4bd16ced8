// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Pipeline

@Suite struct NumberTextTests {
  @Test func `a number is written with all of its digits and no zeros before them`() {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    var numbers = Array(0..<20_000 as Range<UInt64>) + [.max]
    var power: UInt64 = 1
    for _ in 0..<20 {
      numbers += [power - 1, power, power + 1]
      power &*= 10
    }
    for bits in 1...64 as ClosedRange<UInt64> {
      for _ in 0..<200 { numbers.append(random.next() >> (64 - bits)) }
    }
    for number in numbers {
      #expect(written { $0.append(decimal: number) } == "\(number)", "seed \(seed)")
    }
  }

  @Test func `a number of eight bits can have a point after it`() {
    for number in 0...UInt8.max {
      #expect(written { $0.append(decimal: number) } == "\(number)")
      #expect(written { $0.append(decimalAndPoint: number) } == "\(number).")
    }
  }

  private func written(_ write: (inout LineBuffer) -> Void) -> String {
    var buffer = LineBuffer(capacity: 1)
    write(&buffer)
    return String(decoding: buffer.copy, as: UTF8.self)
  }
}
