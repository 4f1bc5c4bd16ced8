// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import Testing

@testable import Pipeline

/// What machines find, against a plain reading of the same events.
struct MachineTests {
  /// Puts events in order and gives them to a machine, as the stage does.
  private func found(
    _ correlation: Correlation, lateness: UInt64, _ events: [PlainEvent]
  ) -> [ReferenceEvaluator.Found] {
    let machine = Machine(correlation)
    let seed = KeyHash.Seed.random()
    let order = EventOrder(lateness: lateness)
    var found: [ReferenceEvaluator.Found] = []
    func expire(before time: UInt64) {
      while let deadline = machine.deadline, deadline < time,
        let (event, completion) = machine.expire()
      {
        order.pass(to: deadline)
        if let completion { found.append(.init(event: Int(event), count: completion.count)) }
      }
    }
    func process(_ number: UInt32, _ time: UInt64) {
      expire(before: time)
      let observations = events[Int(number)].observations.sorted { $0.member > $1.member }
      for plain in observations {
        let observation = observation(plain, correlation, seed)
        if let completion = machine.take(
          observation, at: time, serial: UInt64(number) + 1, event: number)
        {
          found.append(.init(event: Int(number), count: completion.count))
        }
      }
    }
    for (number, event) in events.enumerated() {
      order.add(UInt32(number), at: event.time)
      while let next = order.next() { process(next.event, next.time) }
      expire(before: order.settled)
    }
    while let next = order.next(isForced: true) { process(next.event, next.time) }
    expire(before: order.newest)
    return found
  }

  private func observation(
    _ plain: PlainObservation, _ correlation: Correlation, _ seed: KeyHash.Seed
  ) -> Observation {
    var hash = KeyHash(seed)
    for value in plain.key { hash.add(value) }
    let key = hash.value
    var value: UInt64 = 0
    if let plainValue = plain.value {
      if case .valueSum = correlation.kind, case .number(let number) = plainValue {
        value = number
      } else {
        hash.add(plainValue)
        value = hash.value
      }
    }
    return Observation(machine: 0, member: Int32(plain.member), key: key, value: value)
  }

  private func reference(
    _ correlation: Correlation, lateness: UInt64, _ events: [PlainEvent],
    mistake: ReferenceEvaluator.Mistake? = nil
  ) -> [ReferenceEvaluator.Found] {
    var reference = ReferenceEvaluator(correlation, lateness: lateness, mistake: mistake)
    for event in events { reference.take(event) }
    reference.finish()
    return reference.found
  }

  @Test(.timeLimit(.minutes(10)))
  func `a million events of random streams give what a plain reading gives`() {
    let first = UInt64.random(in: 0..<1_000_000_000)
    print("signatures: seed \(first)")
    var total = 0
    for seed in first..<first + 400 {
      var random = RandomCorrelation(seed: seed)
      let events = random.events(2_500)
      let fast = found(random.correlation, lateness: random.lateness, events)
      let plain = reference(random.correlation, lateness: random.lateness, events)
      total += events.count
      if fast != plain {
        let place = zip(fast, plain).enumerated().first { $1.0 != $1.1 }
        Issue.record(
          """
          seed \(seed), \(random.correlation.kind), \(fast.count) found, \(plain.count) wanted, \
          first difference \(String(describing: place))
          """)
        return
      }
    }
    #expect(total >= 1_000_000)
  }

  @Test func `what is forgotten does not depend on how keys are hashed`() {
    let first = UInt64.random(in: 0..<1_000_000_000)
    print("forgetting: seed \(first)")
    for seed in first..<first + 60 {
      var random = RandomCorrelation(seed: seed, keyLimit: 4)
      // What is known of silence is kept apart from keys there.
      switch random.correlation.kind {
      case .absence, .newValue: if random.correlation.suppress != nil { continue }
      default: break
      }
      let events = random.events(2_000)
      let fast = found(random.correlation, lateness: random.lateness, events)
      let again = found(random.correlation, lateness: random.lateness, events)
      let plain = reference(random.correlation, lateness: random.lateness, events)
      #expect(fast == again && fast == plain, "seed \(seed), \(random.correlation)")
    }
  }

  @Test(arguments: ReferenceEvaluator.Mistake.allCases)
  func `a planted mistake is found`(mistake: ReferenceEvaluator.Mistake) {
    var seed: UInt64 = 1
    var isFound = false
    while seed < 200, !isFound {
      var random = RandomCorrelation(seed: seed)
      let events = random.events(500)
      isFound =
        found(random.correlation, lateness: random.lateness, events)
        != reference(random.correlation, lateness: random.lateness, events, mistake: mistake)
      seed += 1
    }
    #expect(isFound)
  }

  @Test func `A, C, B is no A, B, C`() {
    let second: UInt64 = 1_000_000_000
    func events(_ members: [Int]) -> [PlainEvent] {
      members.enumerated().map { index, member in
        PlainEvent(
          time: UInt64(index + 1) * second,
          observations: [PlainObservation(member: member, key: [.number(1)])])
      }
    }
    let correlation = Correlation(
      kind: .temporalOrdered,
      members: (0..<3).map { Correlation.Member(selection: $0, key: [], value: nil) },
      timespan: 60 * second, suppress: nil, keyLimit: 10, valueLimit: 10)
    #expect(found(correlation, lateness: 0, events([0, 2, 1])) == [])
    #expect(found(correlation, lateness: 0, events([0, 2, 1, 2])).count == 1)
    #expect(found(correlation, lateness: 0, events([0, 1, 0, 2])).count == 1)
  }

  @Test func `keys are equal only with their sort`() {
    let seed = KeyHash.Seed.random()
    func number(_ values: [FieldValue]) -> UInt64 {
      var hash = KeyHash(seed)
      for value in values { hash.add(value) }
      return hash.value
    }
    let different: [[FieldValue]] = [
      [.number(1)], [.text("1")], [.address(IPAddress(high: 0, low: 1))], [.text("1"), .text("")],
      [.text(""), .text("1")], [.text("11")], [.text("1"), .text("1")], [],
      [.number(1), .number(1)], [.text("\0")], [.text("\0\0")],
    ]
    #expect(Set(different.map(number)).count == different.count)
    #expect(number([.text("a"), .number(2)]) == number([.text("a"), .number(2)]))
  }
}

extension KeyHash {
  /// Takes a value as the reference has it.
  mutating func add(_ value: FieldValue) {
    switch value {
    case .number(let number): add(number: number)
    case .address(let address): add(address)
    case .text(let text), .member(_, let text): add(text: Array(text.utf8).span.bytes)
    }
  }
}
