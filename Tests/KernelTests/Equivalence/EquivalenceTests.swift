import CBPF
import Glibc
import Policy
import Testing

@testable import Pipeline

/// The kernel's rows against the reference, packet by packet, through the programs that trace for real.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading BPF needs root"))
struct EquivalenceTests {
  @Test(arguments: [1, 3, 64, 65, 200])
  func `the kernel wants exactly what the reference wants`(ruleCount: Int) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var world = RandomRules(seed: seed)
    var decisions = 0
    var wanted = 0
    var test: PacketTest?
    for generation in 1...(12 as UInt32) {
      let rules = (0..<ruleCount).map { _ in world.rule() }
      let tables = KernelTables(
        TracePlan(policies: ["p"], rules: rules), generation: generation)
      if test == nil { test = try PacketTest(tables) } else { try test?.install(tables) }
      for _ in 0..<(ruleCount < 64 ? 200 : 40) {
        let forged = world.packet()
        for direction in [TP_INGRESS, TP_EGRESS] {
          var packet = forged.packet
          packet.fields[.direction] = [.number(UInt64(direction.rawValue))]
          let expected = rules.map { ReferenceMatcher.matches($0, owner: nil, packet: packet) }
          let result = try #require(try test?.run(direction, forged.bytes))
          #expect(result.verdict == 1, "a packet was dropped; seed \(seed)")
          var actual = [Bool](repeating: false, count: ruleCount)
          var records = 0
          try test?.consume { record in
            records += 1
            for rule in 0..<ruleCount { actual[rule] = record.rowBit(rule) }
            return true
          }
          decisions += ruleCount
          wanted += expected.count { $0 }
          #expect(records == (expected.contains(true) ? 1 : 0), "seed \(seed)")
          if actual != expected {
            let rule = try #require(zip(actual, expected).enumerated().first { $1.0 != $1.1 })
            Issue.record(
              "seed \(seed): rule \(rules[rule.offset]) on \(packet): kernel \(rule.element.0)")
            return
          }
        }
      }
    }
    #expect(decisions >= 4_800 && wanted > 0 && wanted < decisions)
  }
}

extension RawSpan {
  /// A bit of the row of a record.
  fileprivate func rowBit(_ rule: Int) -> Bool {
    let offset = MemoryLayout<tp_packet>.size + rule / 64 * 8
    return unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) >> UInt64(rule % 64) & 1
      == 1
  }
}
