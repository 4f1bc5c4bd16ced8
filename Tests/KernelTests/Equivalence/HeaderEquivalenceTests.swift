// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// Every number of every header, in the kernel and by the reference.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading BPF needs root"))
struct HeaderEquivalenceTests {
  private static let fields = PacketField.allCases.filter { $0.isSupported && $0.hasHeader }

  @Test func `the kernel wants of headers exactly what the reference wants`() throws {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let rules = (0..<300).map { number in rule(about: number, &random) }
    let plan = TracePlan(policies: ["p"], rules: rules)
    #expect(rules.allSatisfy { Undecided($0).isEmpty })
    let test = try PacketTest(KernelTables(plan, generation: 1))
    var wanted = 0
    for _ in 0..<400 {
      let bytes = packet(&random)
      guard let headers = PacketHeaders(bytes.span.bytes) else {
        Issue.record("no headers in \(bytes)")
        return
      }
      let subject = headers.subject(direction: .egress, bytes: bytes.span.bytes)
      let expected = rules.map { ReferenceMatcher.matches($0, owner: nil, packet: subject) }
      _ = try test.run(TP_EGRESS, bytes)
      var actual = [Bool](repeating: false, count: rules.count)
      try test.consume { record in
        guard let row = RecordReader(record)?.row else { return false }
        row.forEachRule { actual[$0] = true }
        return true
      }
      wanted += expected.count { $0 }
      guard actual == expected else {
        let rule = zip(actual, expected).enumerated().first { $1.0 != $1.1 }.map {
          rules[$0.offset]
        }
        Issue.record("seed \(seed): rule \(String(describing: rule)) on \(bytes)")
        return
      }
    }
    #expect(wanted > 1000, "seed \(seed)")
  }

  /// A rule with one to three clauses, of which the first goes through all fields.
  private func rule(about number: Int, _ random: inout SplitMix) -> PlanRule {
    let first = Self.fields[number % Self.fields.count]
    let event = first.description.events.randomElement(using: &random) ?? .ipv4
    let others = Self.fields.filter { $0 != first && $0.description.events.contains(event) }
      .shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random))
    return PlanRule(
      policy: 0, event: event,
      filters: ([first] + others).map { Clause($0, condition(on: $0, &random)) })
  }

  private func condition(on field: PacketField, _ random: inout SplitMix) -> Condition {
    guard let bits = field.headerBits else {
      let address = IPAddress(ipv4: 0x0a00_0001)
      return Condition(excluded: [.addresses(address...address)])
    }
    let largest = UInt64(1) << UInt64(bits.bits.count) - 1
    func some(_ random: inout SplitMix) -> UInt64 {
      let edges = [0, 1, 6, 17, 58, 64, 0x0800, largest / 2, largest - 1, largest]
      return min(largest, edges.randomElement(using: &random) ?? 0)
    }
    func operands(_ random: inout SplitMix) -> [Operand] {
      (0..<Int.random(in: 0...2, using: &random)).map { _ in
        let (a, b) = (some(&random), Bool.random(using: &random) ? some(&random) : largest)
        return .numbers(Bool.random(using: &random) ? a...a : min(a, b)...max(a, b))
      }
    }
    var condition = Condition(included: operands(&random), excluded: operands(&random))
    if Bool.random(using: &random), field.description.type.hasOrder {
      let comparison = Bound.Comparison.allCases.randomElement(using: &random) ?? .less
      condition.bounds.append(Bound(comparison, some(&random)))
    }
    return condition
  }

  /// A packet of random headers, often with a number at an edge.
  private func packet(_ random: inout SplitMix) -> [UInt8] {
    func bytes(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in
        let edges: [UInt8] = [0, 0, 1, 6, 0x7f, 0x80, 0xfe, 0xff, 0xff]
        return Bool.random(using: &random)
          ? UInt8.random(in: 0...255, using: &random) : edges.randomElement(using: &random) ?? 0
      }
    }
    let isIPv4 = Bool.random(using: &random)
    let next = [1, 6, 6, 17, 47, 58].randomElement(using: &random) ?? 6
    var transport = bytes(20)
    transport[12] = UInt8.random(in: 0x50...0xff, using: &random)
    guard isIPv4 else {
      var header = bytes(40)
      header[0] = 0x60 | header[0] & 15
      header[6] = UInt8(next)
      guard Bool.random(using: &random) else { return header + transport }
      header[6] = 60
      return header + [UInt8(next), 0] + bytes(6) + transport
    }
    let words = Int.random(in: 5...7, using: &random)
    var header = bytes(words * 4)
    header[0] = UInt8(0x40 | words)
    if Bool.random(using: &random) { (header[6], header[7]) = (header[6] & 0xe0, 0) }
    header[9] = UInt8(next)
    return header + transport
  }
}

extension PacketField {
  fileprivate var hasHeader: Bool {
    headerBits != nil || rawValue.hasSuffix(".srcIP") || rawValue.hasSuffix(".dstIP")
  }
}
