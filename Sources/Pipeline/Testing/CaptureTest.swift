// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Policy

/// A test whose packets are those of a capture, and whose expectation is a number of events.
///
/// The filters of each expectation become a policy of their own next to the policies under test, so the same code that
/// traces also decides what counts.
public enum CaptureTest {
  /// Returns why a test of a capture fails; empty when it passes, and for a test of packets.
  public static func failures(of test: TestCase, in suite: TestSuite) -> [TestFailure] {
    guard case .capture(let path, _, let flows) = test.action, let plan = suite.policies.plan,
      case .counts(let counts) = test.expectation
    else { return [] }
    let untold = suite.plan.untold(by: flows.map(\.owner))
    if !untold.isEmpty { return untold }
    var probed = plan
    for (index, count) in counts.enumerated() where !count.filters.isEmpty {
      probed.rules += count.rules(policy: probed.policies.count)
      probed.policies.append("expectation-\(index)")
    }
    guard probed.rules.count <= TracePlan.ruleLimit else {
      return [
        TestFailure(
          "policies and expectations have more than \(TracePlan.ruleLimit) rules together")
      ]
    }
    let tally: EventTally
    do { tally = try run(probed, path, ReplayOwners(flows), tallies: true).tally } catch {
      return [TestFailure("\(error)")]
    }
    var probe = plan.policies.count
    return counts.compactMap { count in
      var own: Int?
      if !count.filters.isEmpty {
        own = probe
        probe += 1
      }
      if let signature = count.signature {
        let policy = count.policy.map { plan.policies[$0] }
        let found = tally.findings.reduce(UInt64(0)) { sum, entry in
          let isMeant =
            entry.key.signature == signature
            && policy.map(entry.key.policies.contains) ?? true
          return isMeant ? sum + entry.value : sum
        }
        return count.failure(found: Int(clamping: found))
      }
      let found = tally.counts.reduce(UInt64(0)) { sum, entry in
        let isMeant =
          count.event ?? entry.key.event == entry.key.event
          && entry.key.policies.contains { $0 < plan.policies.count && count.policy ?? $0 == $0 }
          && own.map(entry.key.policies.contains) ?? true
        return isMeant ? sum + entry.value : sum
      }
      return count.failure(found: Int(clamping: found))
    }
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

  /// Returns the number of events by policy and event that a plan reports of a capture, in the order of policies and of kinds.
  ///
  /// - Throws: a ``CaptureError`` or a ``ReplayError``.
  public static func counts(
    of path: String, by plan: TracePlan, _ owners: ReplayOwners = ReplayOwners()
  ) throws -> [(event: PolicyEvent, count: UInt64)] {
    var counts: [PolicyEvent: UInt64] = [:]
    for (key, count) in try run(plan, path, owners, tallies: true).tally.counts {
      for policy in key.policies {
        counts[PolicyEvent(policy: policy, event: key.event), default: 0] += count
      }
    }
    return counts.sorted {
      ($0.key.policy, $0.key.event.rawValue) < ($1.key.policy, $1.key.event.rawValue)
    }.map { ($0.key, $0.value) }
  }

  /// Returns what a new plan gains and loses against an old one over the packets of a capture; nil when both together have
  /// more than ``Policy/TracePlan/ruleLimit`` rules.
  ///
  /// - Throws: a ``CaptureError`` or a ``ReplayError``.
  public static func difference(
    of path: String, from old: TracePlan, to new: TracePlan
  ) throws -> PreviewCounts? {
    guard let plan = old.previewing(new) else { return nil }
    return try run(plan, path, ReplayOwners(), tallies: false).preview
  }

  /// What was counted of a capture.
  private struct Counted {
    var tally: EventTally
    var preview: PreviewCounts?
  }

  private static func run(
    _ plan: TracePlan, _ path: String, _ owners: ReplayOwners, tallies: Bool
  ) throws -> Counted {
    var run = ReplayRun(
      ReplayPlan(plan), try CaptureReader.open(path), outputs: [], tallies: tallies)
    run.owners = owners
    try run.run()
    return Counted(tally: run.tally, preview: run.preview)
  }
}
