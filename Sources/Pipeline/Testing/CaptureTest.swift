// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Policy

/// A test whose packets are those of a capture, and whose expectation is a number of events.
///
/// The filters of each expectation become a policy of their own next to the policies under test, so the same code that
/// traces also decides what counts.
public enum CaptureTest {
  /// Returns why a test of a capture fails, which is empty when it passes and for a test of packets, and what its packets
  /// decide of the policies.
  ///
  /// - Parameter countsCoverage: whether to count what the packets decide, which takes much longer.
  public static func result(
    of test: TestCase, in suite: TestSuite, countsCoverage: Bool = false
  ) -> (failures: [TestFailure], coverage: TestCoverage?) {
    guard case .capture(let path, _, let flows) = test.action, let plan = suite.policies.plan,
      case .counts(let counts) = test.expectation
    else { return ([], nil) }
    let untold = suite.plan.untold(by: flows.map(\.owner))
    if !untold.isEmpty { return (untold, nil) }
    var probed = plan
    for (index, count) in counts.enumerated() where !count.filters.isEmpty {
      probed.rules += count.rules(policy: probed.policies.count)
      probed.policies.append("expectation-\(index)")
    }
    guard probed.rules.count <= TracePlan.ruleLimit else {
      let reason = "policies and expectations have more than \(TracePlan.ruleLimit) rules together"
      return ([TestFailure(reason)], nil)
    }
    let observer = countsCoverage ? CoverageObserver(suite.plan) : nil
    let counted: Counted
    do {
      counted = try run(
        probed, path, ReplayOwners(flows), tallies: true,
        waits: counts.compactMap(\.limit).max() ?? 0
      ) { run in
        if let observer { run.observer = { observer.note($0) } }
      }
    } catch {
      return ([TestFailure("\(error)")], nil)
    }
    return (failures(counts, counted, plan), observer?.coverage)
  }

  private static func failures(
    _ counts: [TestCase.Count], _ counted: Counted, _ plan: TracePlan
  ) -> [TestFailure] {
    var probe = plan.policies.count
    return counts.compactMap { count in
      var own: Int?
      if !count.filters.isEmpty {
        own = probe
        probe += 1
      }
      if count.signature != nil {
        return count.failure(
          found: counted.tally.findings(of: count, plan, since: counted.start))
      }
      let found = counted.tally.counts.reduce(UInt64(0)) { sum, entry in
        let isMeant =
          count.event ?? entry.key.event == entry.key.event
          && entry.key.policies.contains { $0 < plan.policies.count && count.policy ?? $0 == $0 }
          && own.map(entry.key.policies.contains) ?? true
        return isMeant ? sum + entry.value : sum
      }
      return count.failure(found: Int(clamping: found))
    }
  }

  /// Counts what the packets of a capture decide.
  private final class CoverageObserver {
    var coverage: TestCoverage
    let plan: ExplainedPlan

    init(_ plan: ExplainedPlan) {
      self.plan = plan
      coverage = TestCoverage(plan)
    }

    func note(_ packet: ReplayedPacket) { coverage.count(packet.packet, packet.owner, plan) }
  }

  /// Returns a finding for each test of a suite whose capture cannot be read, at the place where its path is written.
  ///
  /// Captures are regular files, so that a test waits for nobody who writes.
  public static func findings(about suite: TestSuite) -> [Diagnostic] {
    suite.cases.compactMap { test in
      guard case .capture(let path, let place, _) = test.action else { return nil }
      var status = stat()
      if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
        return suite.finding(aboutCapture: "'\(path)' is not a regular file", at: place)
      }
      do throws(CaptureError) { _ = try CaptureReader.open(path) } catch {
        return suite.finding(aboutCapture: error.description, at: place)
      }
      return nil
    }
  }

  /// The number of events or findings of one name that a policy reports of a capture.
  public struct Number: Equatable, Sendable {
    /// The name of the policy.
    public let policy: String
    /// The name of the event or of the signature.
    public let event: String
    /// The number.
    public let count: UInt64
  }

  /// Returns the numbers of events and findings that a plan reports of a capture: events in the order of policies and of kinds,
  /// then findings in the order of their names.
  ///
  /// - Throws: a ``CaptureError`` or a ``ReplayError``.
  public static func counts(
    of path: String, by plan: TracePlan, _ owners: ReplayOwners = ReplayOwners()
  ) throws -> [Number] {
    let tally = try run(plan, path, owners, tallies: true).tally
    var counts: [PolicyEvent: UInt64] = [:]
    for (key, count) in tally.counts {
      for policy in key.policies {
        counts[PolicyEvent(policy: policy, event: key.event), default: 0] += count
      }
    }
    var findings: [String: [String: UInt64]] = [:]
    for (key, times) in tally.findings {
      for policy in key.policies {
        findings[policy, default: [:]][key.signature, default: 0] += UInt64(times.count)
      }
    }
    let events = counts.sorted {
      ($0.key.policy, $0.key.event.rawValue) < ($1.key.policy, $1.key.event.rawValue)
    }.map {
      Number(policy: plan.policies[$0.key.policy], event: $0.key.event.name, count: $0.value)
    }
    return events
      + plan.policies.flatMap { policy in
        findings[policy, default: [:]].sorted { $0.key < $1.key }.map {
          Number(policy: policy, event: $0.key, count: $0.value)
        }
      }
  }

  /// What was counted of a capture.
  struct Counted {
    var tally: EventTally
    var preview: PreviewCounts?
    /// The time of the first frame in ns since the epoch.
    var start: UInt64
  }

  /// - Parameters:
  ///   - waits: how long after the first frame signatures wait for what may be missing, in ns; 0 until the last.
  ///   - observe: sets who is told of the packets.
  static func run(
    _ plan: TracePlan, _ path: String, _ owners: ReplayOwners, tallies: Bool, waits: UInt64 = 0,
    observe: (inout ReplayRun) -> Void = { _ in }
  ) throws -> Counted {
    var run = ReplayRun(
      ReplayPlan(plan), try CaptureReader.open(path), outputs: [], tallies: tallies)
    run.owners = owners
    run.waits = waits
    observe(&run)
    try run.run()
    return Counted(tally: run.tally, preview: run.preview, start: run.startTime ?? 0)
  }
}
