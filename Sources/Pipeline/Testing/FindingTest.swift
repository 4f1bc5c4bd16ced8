// SPDX-License-Identifier: Apache-2.0

public import Policy

/// A test whose packets are written in it, and which expects findings of signatures.
///
/// The packets become the frames of a capture, so the same code that traces also finds.
public enum FindingTest {
  /// Returns why the findings of a test are others than it expects; empty when they are not, and for a test that expects
  /// none of them.
  public static func failures(of test: TestCase, in suite: TestSuite) -> [TestFailure] {
    guard case .packets(let steps) = test.action, case .counts(let counts) = test.expectation,
      counts.contains(where: { $0.signature != nil }), let plan = suite.policies.plan
    else { return [] }
    let unstated = suite.unstated(by: steps, for: Set(counts.compactMap(\.signature)))
    if !unstated.isEmpty { return unstated }
    var capture = StepsCapture()
    var sequences = TestSequences()
    for (number, step) in steps.enumerated() {
      guard var bytes = PacketBytes(step.packet)?.bytes else {
        return [TestFailure("packet \(number + 1): there are no bytes of such a packet")]
      }
      sequences.place(&bytes, step.packet)
      if let fault = PacketBytes.fault(of: bytes, for: step.packet) {
        return [TestFailure("packet \(number + 1): \(fault)")]
      }
      capture.add(bytes, at: step.time, isEgress: step.packet.packet.numbers(.direction) == 1)
    }
    var run = ReplayRun(
      ReplayPlan(plan), CaptureReader(CaptureInput(capture.bytes)), outputs: [], tallies: true)
    run.owners = ReplayOwners(frames: steps.map(\.owner))
    run.startTime = StepsCapture.start
    run.waits = counts.compactMap(\.limit).max() ?? 0
    do { try run.run() } catch { return [TestFailure(error.description)] }
    let tally = run.tally
    return counts.compactMap { count in
      guard count.signature != nil else { return nil }
      return count.failure(found: tally.findings(of: count, plan, since: StepsCapture.start))
    }
  }
}

extension EventTally {
  /// Returns the number of findings that an expectation means.
  ///
  /// - Parameter start: of the test, in ns since the epoch.
  func findings(of count: TestCase.Count, _ plan: TracePlan, since start: UInt64) -> Int {
    let policy = count.policy.map { plan.policies[$0] }
    return findings.reduce(0) { sum, entry in
      guard entry.key.signature == count.signature,
        policy.map(entry.key.policies.contains) ?? true
      else { return sum }
      guard let limit = count.limit else { return sum + entry.value.count }
      return sum + entry.value.count { $0 <= start || $0 - start <= limit }
    }
  }
}

extension PacketBytes {
  /// Fields that every packet has by its endpoints, and that only events with a message show.
  private static let ofEndpoints: Set<PacketField?> = [
    PacketField(rawValue: "metadata.src_ip"), PacketField(rawValue: "metadata.dst_ip"),
    PacketField(rawValue: "metadata.src_port"), PacketField(rawValue: "metadata.dst_port"),
    PacketField(rawValue: "metadata.protocol"),
  ]

  /// Returns why bytes are not the packet that is written; nil when they are.
  static func fault(of bytes: [UInt8], for expression: PacketExpression) -> String? {
    let span = bytes.bytes
    guard let headers = PacketHeaders(span), !LinkView.contradictsItself(span),
      LinkView.length(of: span, room: span.byteCount) == span.byteCount
    else { return "its lengths contradict one another" }
    let record = ReplayRecord(rowWords: 1)
    let isEgress = expression.packet.numbers(.direction) == 1
    record.fill(
      span, headers, row: Row(), time: StepsCapture.start, length: bytes.count,
      direction: isEgress ? .egress : .ingress, interface: 0)
    let whole = headers.whole(of: record)
    let field = expression.packet.fields.first { field, values in
      !ofEndpoints.contains(field) && whole.fields[field, default: []] != values
    }?.key
    return field.map { "no bytes of a packet can be made with this \($0.key)" }
  }
}
