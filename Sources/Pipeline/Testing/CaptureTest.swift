// SPDX-License-Identifier: Apache-2.0

public import Policy

/// A test whose packets are those of a capture: how many events of each sort there are.
///
/// What an expectation filters by is put into policies of their own beside those under test, so that the engine that traces
/// decides about it, too.
public enum CaptureTest {
  /// Why a test of a capture fails; empty when it passes.
  public static func failures(of test: TestCase, in suite: TestSuite) -> [TestFailure] {
    guard case .capture(let path, let flows) = test.action, let plan = suite.policies.plan,
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
    do { tally = try run(probed, path, ReplayOwners(flows)) } catch {
      return [TestFailure("\(error)")]
    }
    var probe = plan.policies.count
    return counts.compactMap { count in
      var own: Int?
      if !count.filters.isEmpty {
        own = probe
        probe += 1
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

  /// How many events of each kind each policy reports of a capture, in the order of policies and of kinds.
  ///
  /// - Throws: a ``CaptureError`` or a ``ReplayError``.
  public static func counts(
    of path: String, by plan: TracePlan, _ owners: ReplayOwners = ReplayOwners()
  ) throws -> [(event: PolicyEvent, count: UInt64)] {
    var counts: [PolicyEvent: UInt64] = [:]
    for (key, count) in try run(plan, path, owners).counts {
      for policy in key.policies {
        counts[PolicyEvent(policy: policy, event: key.event), default: 0] += count
      }
    }
    return counts.sorted {
      ($0.key.policy, $0.key.event.rawValue) < ($1.key.policy, $1.key.event.rawValue)
    }.map { ($0.key, $0.value) }
  }

  /// What a new plan reports of a capture that an old one does not, and the other way round; nil when both together have
  /// too many rules.
  ///
  /// - Throws: a ``CaptureError`` or a ``ReplayError``.
  public static func difference(
    of path: String, from old: TracePlan, to new: TracePlan
  ) throws -> PreviewCounts? {
    guard let plan = old.previewing(new) else { return nil }
    var counts = PreviewCounts()
    counts.add(try run(plan, path, ReplayOwners()), of: plan)
    return counts
  }

  private static func run(
    _ plan: TracePlan, _ path: String, _ owners: ReplayOwners
  ) throws -> EventTally {
    var run = ReplayRun(
      ReplayPlan(plan), try CaptureReader.open(path), outputs: [], tallies: true)
    run.owners = owners
    try run.run()
    return run.tally
  }
}
