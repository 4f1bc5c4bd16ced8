// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Policy
import Testing

@testable import Pipeline

/// The kernel's rows against the reference, packet by packet, through the programs that trace for real.
///
/// What the kernel leaves undecided goes on to the real decoders and predicates of user space, so a rule is compared as a
/// whole too.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading BPF needs root"))
struct EquivalenceTests {
  /// How a round goes about its decisions.
  struct Share {
    var rules: Int
    var plans: Int
    /// Of the decisions of a round.
    var part: Double
  }

  /// A round: rows of one word and of many, full and just begun.
  private static let shares = [
    Share(rules: 1, plans: 12, part: 0.01), Share(rules: 3, plans: 8, part: 0.02),
    Share(rules: 64, plans: 5, part: 0.1), Share(rules: 65, plans: 5, part: 0.12),
    Share(rules: 200, plans: 3, part: 0.25), Share(rules: 1024, plans: 2, part: 0.5),
  ]
  private static let roundSize = 200_000

  @Test func `the kernel wants exactly what the reference wants`() throws {
    let run = EquivalenceRun(decisions: Self.roundSize)
    var world = RandomRules(seed: run.seed)
    let judge = KernelJudge()
    var counts = (decisions: 0, wanted: 0, packets: 0)
    while counts.decisions < run.decisions {
      for share in Self.shares {
        let packets =
          Int(Double(Self.roundSize) * share.part)
          / (share.rules * share.plans * 2) + 1
        for _ in 0..<share.plans {
          let rules = (0..<share.rules).map { world.rule(policy: $0) }
          try judge.install(rules)
          for _ in 0..<packets {
            let sketch = world.packet()
            let forge = PacketForge(sketch)
            for direction in [TP_INGRESS, TP_EGRESS] {
              let (disagreement, wanted) = try judge.judge(forge, direction)
              counts = (counts.decisions + share.rules, counts.wanted + wanted, counts.packets + 1)
              guard disagreement == nil else {
                let found = Counterexample(rules: rules, packet: sketch, direction: direction)
                Issue.record("\(run.command)\n\(try Self.explained(found, judge))")
                return
              }
            }
          }
        }
      }
    }
    print(
      "compared \(counts.decisions) decisions on \(counts.packets) packets, of which "
        + "\(counts.wanted) were to want one; seed \(run.seed)")
    #expect(counts.wanted * 100 > counts.decisions && counts.wanted * 2 < counts.decisions)
  }

  @Test func `a wrong bit is found, and what shows it is shrunk to the rule whose bit it is`()
    throws
  {
    let culprit = 23
    let network = IPAddress(ipv4: 0x0a00_0000)...IPAddress(ipv4: 0x0aff_ffff)
    let judge = KernelJudge { tables, rules in
      guard let rule = rules.firstIndex(where: { $0.policy == culprit }),
        let entry = tables.destinations.rows.indices.first(where: { entry in
          tables.destinations.bits(of: entry) > 96
            && tables.rows[Int(tables.destinations.rows[entry])][rule]
        })
      else { return }
      var row = tables.rows[Int(tables.destinations.rows[entry])]
      row[rule] = false
      tables.destinations.rows[entry] = UInt32(tables.rows.count)
      tables.rows.append(row)
    }
    var world = RandomRules(seed: 20_251_123)
    var rules = (0..<40).map { world.rule(policy: $0) }
    rules[culprit] = PlanRule(
      policy: culprit, event: .ipv4,
      filters: [
        Clause(.direction, Condition(included: [.numbers(1...1)])),
        Clause(.destination, Condition(included: [.addresses(network)])),
        Clause(.source, Condition(excluded: [.addresses(network.upperBound...network.upperBound)])),
      ])
    try judge.install(rules)
    var found: Counterexample?
    for _ in 0..<2000 where found == nil {
      let candidate = Counterexample(rules: rules, packet: world.packet(), direction: TP_EGRESS)
      if try judge.judge(PacketForge(candidate.packet), TP_EGRESS).disagreement != nil {
        found = candidate
      }
    }
    let shrunk = try #require(found).shrunk { try $0.disagreement(judge) != nil }

    #expect(shrunk.rules.map(\.policy) == [culprit])
    #expect(shrunk.rules.first?.filters.map(\.field) == [.destination])
    #expect(shrunk.packet.extensions.isEmpty && shrunk.packet.payload == 0)
    let disagreement = try #require(try shrunk.disagreement(judge))
    #expect(disagreement == KernelJudge.Disagreement(rule: 0, isWanted: true, place: "kernel"))
    #expect(shrunk.text(disagreement).contains("filters: [\"data.dst="))
  }

  /// The simplest rules and packet that show the same kind of mistake.
  private static func explained(_ found: Counterexample, _ judge: KernelJudge) throws -> String {
    let shrunk = try found.shrunk { try $0.disagreement(judge) != nil }
    guard let disagreement = try shrunk.disagreement(judge) else {
      return "seen once and never again:\n\(found)"
    }
    return shrunk.text(disagreement)
  }
}
