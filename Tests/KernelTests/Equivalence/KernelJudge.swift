// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

@testable import Pipeline

/// The programs that trace for real, with rules in force, asked about packets that nobody owns.
final class KernelJudge {
  /// What is done to the tables before they are installed: nothing, or a mistake that must be found.
  typealias Mistake = (_ tables: inout KernelTables, _ rules: [PlanRule]) -> Void

  /// A rule of which the kernel says something else than the reference.
  struct Disagreement: Equatable {
    /// The index of the rule.
    var rule: Int
    /// What should be.
    var isWanted: Bool
    /// Where the mistake is.
    var place: String
  }

  /// A packet was not passed on: no program may do that.
  struct PacketDropped: Error {}

  private let mistake: Mistake
  /// A loaded object for each width of rows.
  private var tests: [Int: LoadedPrograms] = [:]
  private var rules: [PlanRule] = []
  private var undecided: [Undecided] = []

  init(mistake: @escaping Mistake = { _, _ in }) { self.mistake = mistake }

  /// Makes rules decide.
  func install(_ rules: [PlanRule]) throws {
    let policies = (rules.map(\.policy).max() ?? 0) + 1
    let plan = TracePlan(policies: (0..<policies).map { "p\($0)" }, rules: rules)
    let loaded = tests[Row.words(for: rules.count)]
    var tables = KernelTables(plan, generation: (loaded?.generation ?? 0) + 1)
    mistake(&tables, rules)
    if let loaded {
      try loaded.install(tables)
    } else {
      tests[tables.rowWords] = try LoadedPrograms(tables)
    }
    self.rules = rules
    undecided = tables.undecided
  }

  /// Puts a packet to the kernel, and what the kernel leaves undecided to user space.
  ///
  /// - Returns: the first disagreement with the reference, and how many rules wanted the packet.
  func judge(
    _ packet: PacketForge, _ direction: tp_direction
  ) throws -> (disagreement: Disagreement?, wanted: Int) {
    guard let test = tests[Row.words(for: rules.count)] else { return (nil, 0) }
    var subject = packet.packet
    subject.fields[.direction] = [.number(UInt64(direction.rawValue))]
    let result = try test.test.run(direction, packet.bytes)
    guard result.verdict == 1 else { throw PacketDropped() }
    var row = Row()
    var decoded: Packet?
    var records = 0
    try test.test.consume { bytes in
      guard let record = RecordReader(bytes) else { return true }
      records += 1
      row = record.row
      decoded = PacketHeaders(
        record.packet, shape: record.shape, transportOffset: record.transportOffset
      )?.subject(of: record, content: .dns)
      return true
    }
    var wanted = 0
    for (index, rule) in rules.enumerated() {
      let isWanted = ReferenceMatcher.matches(rule, owner: nil, packet: subject)
      if isWanted { wanted += 1 }
      var ofKernel = rule
      let rest = undecided[index]
      if !rest.isEmpty { ofKernel.filters.removeAll { rest.filters.contains($0) } }
      let isKept =
        rest.isEmpty ? isWanted : ReferenceMatcher.matches(ofKernel, owner: nil, packet: subject)
      if row[index] != isKept {
        return (Disagreement(rule: index, isWanted: isKept, place: "kernel"), wanted)
      }
      if row[index], !rest.isEmpty,
        decoded.map({ rest.hold(owner: nil, packet: $0) }) != isWanted
      {
        return (Disagreement(rule: index, isWanted: isWanted, place: "user space"), wanted)
      }
    }
    precondition(records == (row == Row() ? 0 : 1), "a record for each packet that is wanted")
    return (nil, wanted)
  }

  /// Holds what cannot be copied.
  private final class LoadedPrograms {
    private(set) var test: PacketTest
    private(set) var generation: UInt32

    init(_ tables: KernelTables) throws {
      test = try PacketTest(tables)
      generation = tables.plan.generation
    }

    func install(_ tables: KernelTables) throws {
      try test.install(tables)
      generation = tables.plan.generation
    }
  }
}

/// Rules and a packet on which kernel and reference do not agree.
struct Counterexample: Equatable {
  var rules: [PlanRule]
  var packet: PacketSketch
  var direction: tp_direction

  /// What is wrong; nil when nothing is.
  func disagreement(_ judge: KernelJudge) throws -> KernelJudge.Disagreement? {
    guard !rules.isEmpty else { return nil }
    try judge.install(rules)
    return try judge.judge(PacketForge(packet), direction).disagreement
  }

  /// The rules as a policy would say them, and the packet.
  func text(_ disagreement: KernelJudge.Disagreement) -> String {
    let forge = PacketForge(packet)
    let bytes = forge.bytes.prefix(120).map {
      String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
    }
    let ports = packet.numbers.filter { $0.key.rawValue.hasSuffix("Port") }.values
    return """
      \(rules.map(\.text).joined(separator: "\n"))
      packet: \(direction == TP_EGRESS ? "egress" : "ingress") \(packet.transport) \
      \(packet.source) > \(packet.destination) \(ports), \(packet)
      bytes: \(bytes.joined(separator: " "))
      rule \(disagreement.rule): wanted \(disagreement.isWanted), but not so in \(disagreement.place)
      """
  }
}
