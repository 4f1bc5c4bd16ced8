// SPDX-License-Identifier: Apache-2.0

import CBPF
public import Policy
public import System

/// A comparison of the kernel's decisions about the packets of tests with the reference.
///
/// A packet that is tested in the kernel has no socket, so the rules that are installed are those whose scope the owner of the
/// packet meets. Filters that user space decides are left out.
public struct KernelCheck: ~Copyable {
  private var programs: PacketTest?
  private var generation: UInt32 = 0
  private var words = 0
  private var installed: Installed?
  /// A change of the tables before they are installed, by which tests plant a wrong bit.
  private let mistake: (inout KernelTables) -> Void

  private struct Installed {
    var suite: Int
    var owner: String?
    /// The rules by their bits, each with its number in the suite.
    var rules: [(number: Int, rule: PlanRule)]
    var undecided: [Undecided]
  }

  /// Creates a comparison; the programs are loaded for the first packet.
  public init() { mistake = { _ in } }

  package init(mistake: @escaping (inout KernelTables) -> Void) { self.mistake = mistake }

  /// Returns where the kernel and the reference disagree about the packets of a test; empty when they agree.
  ///
  /// - Parameter number: identifies the suite.
  public mutating func failures(
    of test: TestCase, in suite: TestSuite, number: Int
  ) throws(SystemError) -> [TestFailure] {
    guard let plan = suite.policies.plan else { return [] }
    guard case .packets(let steps) = test.action else {
      return try failures(ofCapture: test, plan, number: number)
    }
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

  /// Returns where the kernel and the reference disagree about the packets of a capture, by their owners.
  ///
  /// What a message says is not compared: the kernel follows the stream that it is in, and here it sees one packet.
  private mutating func failures(
    ofCapture test: TestCase, _ plan: TracePlan, number: Int
  ) throws(SystemError) -> [TestFailure] {
    guard case .capture(let path, _, let flows) = test.action else { return [] }
    let observer = PacketObserver()
    do {
      _ = try CaptureTest.run(plan, path, ReplayOwners(flows), tallies: false) { run in
        run.observer = { observer.note($0) }
      }
    } catch { return [TestFailure("\(error)")] }
    var failures: [TestFailure] = []
    for key in observer.packets.keys.sorted() {
      for packet in observer.packets[key] ?? [] {
        guard let bytes = packet.bytes, failures.count < Self.shownLimit else { continue }
        try install(plan, suite: number, packet.owner)
        failures += try judge(packet.packet, bytes, plan, asksMessage: false)
      }
    }
    if observer.isFull {
      failures.append(
        TestFailure("--kernel takes the first \(TestSuite.caseLimit) packets of a capture"))
    }
    return failures
  }

  /// The failures of a capture that are shown.
  private static let shownLimit = 10

  /// The packets of a capture by their owners: the kernel's tables are those of one owner at a time.
  private final class PacketObserver {
    var packets: [String: [ReplayedPacket]] = [:]
    var isFull = false
    private var count = 0

    func note(_ packet: ReplayedPacket) {
      guard packet.bytes != nil else { return }
      isFull = count == TestSuite.caseLimit
      guard !isFull else { return }
      count += 1
      packets[packet.owner?.text ?? "", default: []].append(packet)
    }
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
    _ expression: PacketExpression, _ bytes: [UInt8], _ plan: TracePlan, asksMessage: Bool = true
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
      if isOfMessage, !asksMessage || !expression.statesContent { continue }
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

  /// Returns the packet as it is written, completed by the fields of its bytes.
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
