// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@testable import Pipeline

/// What captures are judged by against the reference: no kernel, so no root.
struct TableClassifierTests {
  @Test(arguments: [1, 5, 64, 65, 300])
  func `what the tables leave and user space asks is what the reference wants`(ruleCount: Int) {
    let seed = SplitMix.seed()
    var world = RandomRules(seed: seed)
    var wanted = 0
    var decisions = 0
    for _ in 0..<6 {
      let rules = (0..<ruleCount).map { _ in world.rule() }
      let tables = KernelTables(TracePlan(policies: ["p"], rules: rules), generation: 1)
      let classifier = TableClassifier(tables)
      let undecided = TableClassifier.undecided(rules)
      for _ in 0..<200 {
        let forged = PacketForge(world.packet())
        let headers = PacketHeaders(forged.bytes.span.bytes)
        for direction in [PacketDirection.ingress, .egress] {
          var packet = forged.packet
          packet.fields[.direction] = [.number(UInt64(direction.rawValue))]
          let row = headers.flatMap {
            classifier.row(of: $0, forged.bytes.span.bytes, direction)
          }
          for (number, rule) in rules.enumerated() {
            let expected = ReferenceMatcher.matches(rule, owner: nil, packet: packet)
            let actual =
              (row?[number] ?? false) && undecided[number].hold(owner: nil, packet: packet)
            decisions += 1
            if expected { wanted += 1 }
            if actual != expected {
              Issue.record("seed \(seed): \(rule) on \(packet): \(actual)")
              return
            }
          }
          #expect(row.map { !$0.isEmpty } ?? true, "an empty row is no row; seed \(seed)")
        }
      }
    }
    #expect(wanted > 0 && wanted < decisions)
  }

  @Test func `the longest prefix is found for every address at an edge`() {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    for _ in 0..<300 {
      var entries = [(prefix: Prefix.all, row: UInt32(0))]
      let base: UInt128 = Bool.random(using: &random) ? 0xffff << 32 : 0xfd00 << 112
      for row in 1...UInt32.random(in: 1...12, using: &random) {
        let length = Int.random(in: 90...128, using: &random)
        let low = UInt128.random(in: 0..<64, using: &random) << 26
        let bits = (base | low) & (UInt128.max << UInt128(128 - length))
        let prefix = Prefix(bits: bits, length: length)
        guard !entries.contains(where: { $0.prefix == prefix }) else { continue }
        entries.append((prefix, row))
      }
      let table = AddressTable(entries)
      for entry in entries {
        let (bits, last) = (entry.prefix.bits, entry.prefix.last)
        for address in [bits &- 1, bits, bits &+ 1, last &- 1, last, last &+ 1] {
          let longest = entries.filter { other in
            (other.prefix.bits...other.prefix.last).contains(address)
          }.max { $0.prefix.length < $1.prefix.length }
          let place = IPAddress(
            high: UInt64(truncatingIfNeeded: address >> 64),
            low: UInt64(truncatingIfNeeded: address))
          #expect(table.row(of: place) == longest.map { Int($0.row) }, "seed \(seed)")
        }
      }
    }
  }
}
