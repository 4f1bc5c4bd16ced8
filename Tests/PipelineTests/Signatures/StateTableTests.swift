// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Pipeline

struct StateTableTests {
  @Test func `what is remembered is what a dictionary with an order of use remembers`() {
    var random = SplitMix(state: .random(in: 0..<1_000_000))
    let table = StateTable(payload: 8, limit: 500, lifetime: .max)
    var plain: [(key: UInt64, value: UInt64)] = []
    for time in 0..<20_000 as Range<UInt64> {
      let key = (UInt64.random(in: 1...800, using: &random)) &* 0x9e37_79b9_7f4a_7c15
      let place = plain.firstIndex { $0.key == key }
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        if let entry = unsafe table.find(key) { unsafe table.remove(entry) }
        if let place { plain.remove(at: place) }
      default:
        let (entry, isNew) = unsafe table.enter(key, time)
        let payload = unsafe UnsafeMutableRawPointer(entry + 1).assumingMemoryBound(to: UInt64.self)
        #expect(isNew == (place == nil))
        var value = time
        if let place {
          value = unsafe payload.pointee
          #expect(value == plain.remove(at: place).value)
        } else {
          #expect(unsafe payload.pointee == 0)
          unsafe payload.pointee = time
        }
        plain.append((key, value))
        if plain.count > 500 { plain.removeFirst() }
      }
      #expect(table.count == plain.count)
    }
    for (key, _) in plain { #expect(unsafe table.find(key) != nil) }
  }

  @Test func `a key takes no more than 150 bytes`() {
    let table = StateTable(payload: 64, limit: 1_000_000, lifetime: .max)
    for key in 1...100_000 as ClosedRange<UInt64> {
      _ = unsafe table.enter(key &* 0x9e37_79b9_7f4a_7c15, key)
    }
    #expect(table.bytes / table.count <= 150)
  }

  @Test func `what is of no use any more goes as others come`() {
    let table = StateTable(payload: 0, limit: 1_000, lifetime: 10)
    for time in 1...10_000 as ClosedRange<UInt64> { _ = unsafe table.enter(time, time) }
    #expect(table.count < 20)
    #expect(table.forgotten == 0)
  }
}
