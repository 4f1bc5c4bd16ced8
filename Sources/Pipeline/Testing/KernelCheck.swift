// SPDX-License-Identifier: Apache-2.0

import CBPF
public import Policy
public import System

/// The packets of tests, put to the loaded programs one by one, and what these decide against the reference.
///
/// Packets that are tested in the kernel have no socket, so whose they are is decided here: of a suite's rules those are
/// installed whose scope the owner meets. Contents that only user space decides are not looked at.
public struct KernelCheck: ~Copyable {
  private var programs: PacketTest?
  private var generation: UInt32 = 0
  private var words = 0
  private var installed: Installed?
  /// What is done to the tables before they are installed: a mistake that must be found, for tests.
  private let mistake: (inout KernelTables) -> Void

  private struct Installed {
    var suite: Int
    var owner: String?
    /// The rules, by the numbers of their bits, with the numbers that they have in the suite.
    var rules: [(number: Int, rule: PlanRule)]
    var undecided: [Undecided]
  }

  /// Makes ready; the programs are loaded when the first packet comes.
  public init() { mistake = { _ in } }

  package init(mistake: @escaping (inout KernelTables) -> Void) { self.mistake = mistake }

  /// Where the kernel and the reference do not agree about the packets of a test; empty when they do.
  ///
  /// - Parameter number: tells the suite from others.
  public mutating func failures(
    of test: TestCase, in suite: TestSuite, number: Int
  ) throws(SystemError) -> [TestFailure] {
    guard case .packets(let steps) = test.action, let plan = suite.policies.plan else { return [] }
    var failures: [TestFailure] = []
    for step in steps {
      guard let packet = PacketBytes(step.packet) else {
        failures.append(
          TestFailure("no bytes are as the packet is told, so the kernel cannot be asked"))
        continue
      }
      try install(plan, suite: number, step.owner)
      failures += try judge(step.packet, packet.bytes, plan)
    }
    return failures
  }

  private mutating func install(
    _ plan: TracePlan, suite: Int, _ owner: OwnerExpression?
  ) throws(SystemError) {
    if let installed, installed.suite == suite, installed.owner == owner?.text { return }
    var rules: [(number: Int, rule: PlanRule)] = []
    for (number, rule) in plan.rules.enumerated() {
      guard ReferenceMatcher.matches(rule.scope, owner: owner?.owner),
        ReferenceMatcher.follows(rule, owner: owner?.owner)
      else { continue }
      var open = rule
      (open.scope, open.followed) = ([], nil)
      rules.append((number, open))
    }
    let part = TracePlan(policies: plan.policies, rules: rules.map(\.rule))
    let needed = Row.words(for: plan.rules.count)
    generation += 1
    var tables = KernelTables(part, generation: generation)
    mistake(&tables)
    if programs == nil || needed > words {
      // Rows are as wide as those of the first plan at most.
      var widest = plan
      for index in widest.rules.indices {
        (widest.rules[index].scope, widest.rules[index].followed) = ([], nil)
      }
      programs = try PacketTest(KernelTables(widest, generation: generation))
      words = needed
      generation += 1
      tables = KernelTables(part, generation: generation)
      mistake(&tables)
    }
    try programs?.install(tables)
    installed = Installed(
      suite: suite, owner: owner?.text, rules: rules, undecided: tables.undecided)
  }

  private mutating func judge(
    _ expression: PacketExpression, _ bytes: [UInt8], _ plan: TracePlan
  ) throws(SystemError) -> [TestFailure] {
    guard let installed else { return [] }
    let isEgress = expression.packet.numbers(.direction) == 1
    guard let result = try programs?.run(isEgress ? TP_EGRESS : TP_INGRESS, bytes) else {
      return []
    }
    guard result.verdict == 1 else { return [TestFailure("the kernel drops the packet")] }
    var row = Row()
    try programs?.consume { bytes in
      if let record = RecordReader(bytes) { row = record.row }
      return true
    }
    let packet = Self.whole(expression, bytes, isEgress ? .egress : .ingress)
    var failures: [TestFailure] = []
    for (bit, (number, rule)) in installed.rules.enumerated() {
      let isOfMessage = rule.event.contentProtocol != nil
      if isOfMessage, !expression.statesContent { continue }
      var ofKernel = rule
      let open = installed.undecided[bit].filters
      ofKernel.filters.removeAll { open.contains($0) }
      let isWanted = ReferenceMatcher.matches(ofKernel, owner: nil, packet: packet)
      guard row[bit] != isWanted else { continue }
      failures.append(
        TestFailure(
          "the kernel \(row[bit] ? "wants" : "does not want") the packet, and the reference "
            + "\(isWanted ? "does" : "does not"): policy \(plan.policies[rule.policy]), "
            + "\(rule.event.name), bit \(number)"))
    }
    return failures
  }

  /// The packet as it is told, with what its bytes have where nothing is told.
  private static func whole(
    _ expression: PacketExpression, _ bytes: [UInt8], _ direction: PacketDirection
  ) -> Packet {
    var packet = expression.packet
    let span = bytes.bytes
    if let headers = PacketHeaders(span) {
      let made = headers.subject(direction: direction, bytes: span)
      packet.fields.merge(made.fields) { told, _ in told }
    }
    return packet
  }
}
