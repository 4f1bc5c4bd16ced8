// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Policy

/// Random rules over small domains, and everything that could match them.
struct RuleLogicTests {
  private static let ports = (0...7).map { FieldValue.number($0) } + [.number(65535)]
  private static let addresses: [IPAddress] =
    [IPAddress(high: 0, low: 1), IPAddress(high: 0, low: 2), IPAddress(high: .max, low: .max)]
    + (0...3).map { IPAddress(ipv4: $0) }
  private static let texts = ["", "a", "b", "aa", "ab", "ba", "bb", "aab", "aba", "bab", "abab"]

  private static let owners: [Owner?] =
    [nil]
    + texts.flatMap { comm in
      [0, 1, 2].flatMap { (id: UInt32) in
        ["", "x"].map { container in
          var owner = Owner()
          (owner.comm, owner.userID, owner.processID, owner.containerID) = (comm, id, id, container)
          (owner.cgroupPath, owner.isNew) = (comm, id == 1)
          owner.ancestors = Array(0...id).dropFirst().map { $0 }
          return owner
        }
      }
    }

  private static func packets(_ event: EventKind) -> [Packet] {
    addresses.filter { !event.isIPv4 || $0.ipv4 != nil }.flatMap { address in
      ports.flatMap { port in
        [0, 1].map { (direction: UInt64) in
          Packet(
            events: [event],
            fields: [
              .source: [.address(address)], .destinationPort: [port],
              .direction: [.number(direction)],
            ])
        }
      }
    }
  }

  private struct Maker {
    var random: SplitMix

    mutating func condition(
      _ bounds: ClosedRange<UInt64>? = nil, _ operand: (inout SplitMix) -> Operand
    ) -> Condition {
      var condition = Condition()
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        condition.included.append(operand(&random))
      }
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        condition.excluded.append(operand(&random))
      }
      if let bounds, Int.random(in: 0...2, using: &random) == 0 {
        let comparison = Bound.Comparison.allCases.randomElement(using: &random) ?? .less
        condition.bounds.append(Bound(comparison, UInt64.random(in: bounds, using: &random)))
      }
      return condition
    }

    static func number(_ random: inout SplitMix, _ most: UInt64) -> Operand {
      let a = UInt64.random(in: 0...most, using: &random)
      let b = UInt64.random(in: 0...most, using: &random)
      return .numbers(min(a, b)...max(a, b))
    }

    static func address(_ random: inout SplitMix) -> Operand {
      let a = addresses.randomElement(using: &random) ?? IPAddress(ipv4: 0)
      let b = addresses.randomElement(using: &random) ?? a
      return .addresses(min(a, b)...max(a, b))
    }

    static func text(_ random: inout SplitMix) -> Operand {
      let text = texts.randomElement(using: &random) ?? ""
      let patterns: [TextPattern] = [
        .exact(text), .prefix(text), .suffix(text), .contains(text),
      ]
      return .text(patterns.randomElement(using: &random) ?? .exact(text))
    }

    mutating func rule(_ event: EventKind) -> PlanRule {
      var rule = PlanRule(policy: 0, event: event)
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        switch Int.random(in: 0...6, using: &random) {
        case 0: rule.scope.append(Clause(.comm, condition { Self.text(&$0) }))
        case 1: rule.scope.append(Clause(.userID, condition(0...3) { Self.number(&$0, 3) }))
        case 2: rule.scope.append(Clause(.container, condition { Self.number(&$0, 1) }))
        case 3: rule.scope.append(Clause(.tree, condition(0...3) { Self.number(&$0, 3) }))
        case 4: rule.scope.append(Clause(.cgroup, condition { Self.text(&$0) }))
        case 5: rule.scope.append(Clause(.containerID, condition { Self.text(&$0) }))
        default:
          rule.scope.append(
            Clause(
              .processID,
              condition {
                Bool.random(using: &$0) ? Self.number(&$0, 3) : .member("state", .exact("new"))
              }))
        }
      }
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        switch Int.random(in: 0...2, using: &random) {
        case 0: rule.filters.append(Clause(.source, condition { Self.address(&$0) }))
        case 1:
          rule.filters.append(Clause(.destinationPort, condition(0...9) { Self.number(&$0, 9) }))
        default: rule.filters.append(Clause(.direction, condition { Self.number(&$0, 1) }))
        }
      }
      return rule
    }
  }

  @Test(arguments: [EventKind.tcp, .icmp])
  func `what is claimed of rules is true for everything that could match them`(event: EventKind) {
    var maker = Maker(random: SplitMix(state: SplitMix.seed(usually: 20_251_123)))
    let packets = Self.packets(event)
    var claims = (never: 0, implied: 0)
    for _ in 0..<2000 {
      let (a, b) = (maker.rule(event), maker.rule(event))
      let never = a.contradiction != nil
      let implied = a.implies(b)
      guard never || implied else { continue }
      claims = (claims.never + (never ? 1 : 0), claims.implied + (implied ? 1 : 0))
      let matching = Self.matching(a, packets)
      if never { #expect(matching.isEmpty, "\(a)") }
      if implied {
        let isFalse = matching.contains { !ReferenceMatcher.matches(b, owner: $0, packet: $1) }
        #expect(!isFalse, "\(a) does not imply \(b)")
      }
    }
    // Enough of both was claimed for the test to mean something.
    #expect(claims.never > 100 && claims.implied > 100, "\(claims)")
  }

  /// Who matches: the scope and the packet decide apart from each other.
  private static func matching(_ rule: PlanRule, _ packets: [Packet]) -> [(Owner?, Packet)] {
    let owners = owners.filter { ReferenceMatcher.matches(rule.scope, owner: $0) }
    let open = PlanRule(policy: 0, event: rule.event, filters: rule.filters)
    let packets = packets.filter { ReferenceMatcher.matches(open, owner: nil, packet: $0) }
    return owners.flatMap { owner in packets.map { (owner, $0) } }
  }

  @Test func `sets of intervals are what they say, for every set over five values`() {
    func set(_ bits: UInt64) -> IntervalSet<UInt64> {
      IntervalSet(
        (0..<5).filter { bits >> $0 & 1 == 1 }.map { UInt64.max - 4 + $0...UInt64.max - 4 + $0 })
    }
    for a in 0..<32 as Range<UInt64> {
      for b in 0..<32 as Range<UInt64> {
        #expect(set(a).union(set(b)) == set(a | b))
        #expect(set(a).intersection(set(b)) == set(a & b))
        #expect(set(a).subtracting(set(b)) == set(a & ~b))
        #expect(set(a).isSubset(of: set(b)) == (a & ~b == 0))
      }
    }
  }
}
