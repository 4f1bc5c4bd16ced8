// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy
import TestSupport
import Testing

@testable import Pipeline

struct RetainedEventsTests {
  private func sample(_ number: Int, _ lengths: [Int], _ random: inout SplitMix) -> SampleRecord {
    let length = lengths.randomElement(using: &random) ?? 0
    let payload = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
    var sample = SampleRecord(
      SamplePacket.ipv4(17, SamplePacket.udp(from: 40_000, to: 9, payload)), row: [1, 2, 3])
    if number % 3 > 0 { sample.own() }
    // More owners than are looked up, of which two can have the same place.
    sample.header.owner.tid = .random(in: 0..<1_000, using: &random)
    sample.header.time = UInt64(number)
    return sample
  }

  @Test func `an event is what it was, however many owners and lengths there are`() throws {
    let seed = UInt64.random(in: 0..<1_000_000)
    var random = SplitMix(state: seed)
    let retained = RetainedEvents(limit: 64 << 20)
    var held: [(event: UInt32, sample: SampleRecord, holders: Int)] = []
    for number in 0..<5_000 {
      let sample = sample(number, [0, 3, 60, 200, 2_000], &random)
      let event = try sample.decode(asking: nil) { retained.keep($0, .udp) }
      held.append((try #require(event), sample, 1))
      let other = Int.random(in: held.indices, using: &random)
      retained.hold(held[other].event)
      held[other].holders += 1
      for _ in 0..<2 where held.count > 500 {
        let place = Int.random(in: held.indices, using: &random)
        check(held[place].event, held[place].sample, retained, seed)
        retained.release(held[place].event)
        held[place].holders -= 1
        if held[place].holders == 0 { held.swapAt(place, held.count - 1); held.removeLast() }
      }
    }
    #expect(retained.count == held.count)
    for (event, sample, holders) in held {
      check(event, sample, retained, seed)
      for _ in 0..<holders { retained.release(event) }
    }
    #expect(retained.count == 0)
  }

  private func check(
    _ event: UInt32, _ sample: SampleRecord, _ retained: RetainedEvents, _ seed: UInt64
  ) {
    var isSame = false
    retained.withPacket(event) { packet in
      let owner = withUnsafeBytes(of: sample.header.owner) { Array($0) }
      isSame =
        packet.record.packet.copy == sample.packet && packet.record.owner.bytes.copy == owner
        && packet.record.time == sample.header.time && packet.record.generation == 1
    }
    #expect(isSame && retained.event(event) == .udp, "seed \(seed)")
  }

  @Test(arguments: [[0], [2_000], [0, 3, 60, 200, 2_000]])
  func `there is no room beyond the limit, and there is again when events are released`(
    _ lengths: [Int]
  ) throws {
    var random = SplitMix(state: 1)
    let retained = RetainedEvents(limit: 4 << 20)
    var events: [UInt32] = []
    for number in 0..<20_000 {
      let sample = sample(number, lengths, &random)
      while true {
        if let event = try sample.decode(asking: nil, { retained.keep($0, .udp) }) {
          events.append(event)
          break
        }
        #expect(events.count > 500, "there is room for that many")
        #expect(retained.bytes <= 4 << 20)
        if events.isEmpty { return }
        retained.release(events.removeFirst())
      }
      // Sorts of events alternate, so that what one gave back another needs.
      if number % 7_000 == 6_999 {
        for event in events { retained.release(event) }
        events = []
      }
    }
    #expect(retained.count == events.count)
  }

  @Test func `observations come by machine, and of one machine the last member first`() throws {
    let retained = RetainedEvents(limit: 1 << 20)
    let sample = SampleRecord(SamplePacket.ipv4(17, SamplePacket.udp(from: 1, to: 2, [])))
    var random = SplitMix(state: 7)
    for count in [0, 1, 2, 3, 40, 1, 2] {
      let kept = try sample.decode(asking: nil) { retained.keep($0, .udp) }
      let event = try #require(kept)
      let place = unsafe retained.pointer(event)
      var wanted: [Observation] = []
      for value in 0..<UInt64(count) {
        let observation = Observation(
          machine: .random(in: 0..<5, using: &random), member: .random(in: 0..<3, using: &random),
          key: 1, value: value)
        unsafe retained.add(observation, to: place)
        wanted.append(observation)
      }
      retained.sortObservations(event)
      wanted.sort { a, b in
        if a.machine != b.machine { return a.machine < b.machine }
        return a.member != b.member ? a.member > b.member : a.value < b.value
      }
      #expect(unsafe Int(place.pointee.observationCount) == count)
      for index in wanted.indices {
        #expect(unsafe retained.observation(index, of: place).value == wanted[index].value)
      }
      retained.release(event)
    }
  }
}
