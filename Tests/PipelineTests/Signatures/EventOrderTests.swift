// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Pipeline

struct EventOrderTests {
  /// The same, from what is said of it alone.
  private struct PlainOrder {
    let lateness: UInt64
    var waiting: [(time: UInt64, event: UInt32)] = []
    var newest: UInt64 = 0
    var given: UInt64 = 0
    var late: UInt64 = 0

    init(lateness: UInt64) { self.lateness = lateness }

    mutating func add(_ event: UInt32, at time: UInt64) {
      newest = max(newest, time)
      if time < given { late += 1 }
      let time = max(time, given)
      let place = waiting.firstIndex { $0.time > time } ?? waiting.count
      waiting.insert((time, event), at: place)
    }

    mutating func next(isForced: Bool) -> UInt32? {
      guard let first = waiting.first, isForced || first.time + lateness <= newest else {
        return nil
      }
      given = max(given, first.time)
      return waiting.removeFirst().event
    }
  }

  @Test(arguments: [0, 3, 40, 1_000, 5_000] as [UInt64])
  func `events come in order of time, and those of one time as they came, however far they stray`(
    _ stray: UInt64
  ) {
    let seed = UInt64.random(in: 0..<1_000_000)
    var random = SplitMix(state: seed)
    let order = EventOrder(lateness: 700)
    var plain = PlainOrder(lateness: 700)
    var time: UInt64 = 10_000
    for event in 1...20_000 as ClosedRange<UInt32> {
      time += .random(in: 0...4, using: &random)
      let own = time - .random(in: 0...stray, using: &random)
      order.add(event, at: own)
      plain.add(event, at: own)
      if UInt32.random(in: 0..<500, using: &random) == 0 {
        order.pass(to: own)
        plain.given = max(plain.given, own)
      }
      let isForced = UInt32.random(in: 0..<100, using: &random) == 0
      while let wanted = plain.next(isForced: isForced && plain.waiting.count > 3) {
        let given = order.next(isForced: isForced)
        #expect(given?.event == wanted, "seed \(seed)")
        if given?.event != wanted { return }
      }
      if !isForced { #expect(order.next() == nil, "seed \(seed)") }
      #expect(order.count == plain.waiting.count && order.firstTime == plain.waiting.first?.time)
    }
    while let wanted = plain.next(isForced: true) {
      #expect(order.next(isForced: true)?.event == wanted, "seed \(seed)")
    }
    #expect(order.isEmpty && order.late == plain.late && order.given == plain.given)
  }
}
