// SPDX-License-Identifier: Apache-2.0

import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

struct RowMeaningsTests {
  @Test func `rules count their packets when more rows come than meanings are kept`() throws {
    let seed = UInt64.random(in: 0..<1_000_000)
    var random = SplitMix(state: seed)
    var plan = TracePlan(policies: (0..<13).map { "p\($0)" }, rules: [])
    for number in 0..<13 {
      plan.rules.append(PlanRule(policy: number, event: number % 2 == 0 ? .udp : .ipv4))
    }
    var emitter = Emitter(outputs: [
      try Output(Destination(.none), clock: BootClock(epochOffset: 0))
    ])
    emitter.add(plan, generation: 1)
    var sample = SampleRecord(SamplePacket.ipv4(17, SamplePacket.udp(from: 1, to: 2, [])))
    var wanted = [UInt64](repeating: 0, count: 13)
    for _ in 0..<12_000 {
      sample.row = [.random(in: 1..<(1 << 13), using: &random)]
      for rule in 0..<13 where sample.row[0] >> UInt64(rule) & 1 == 1 { wanted[rule] += 1 }
      emitter.consume(sample.bytes.span.bytes)
    }
    #expect(emitter.ruleCounts(generation: 1).map(\.emitted) == wanted, "seed \(seed)")
    #expect(emitter.counts.malformed == 0)
  }
}
