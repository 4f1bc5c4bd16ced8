// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@testable import Pipeline

struct PreviewTallyTests {
  private static let own = TracePlan(policies: ["a", "b", "c"], rules: [])
  private static let next = TracePlan(policies: ["c", "d", "a"], rules: [])

  @Test func `an event is gained, lost or the same for each policy, as sets of names have it`()
    throws
  {
    let plan = try #require(Self.own.previewing(Self.next))
    var tally = try #require(PreviewTally(plan))
    var expected: [PreviewCounts.Key: PreviewCounts.Count] = [:]
    var random = SplitMix.ofTest("previewed sets of policies")
    for _ in 0..<500 {
      let event = EventKind.allCases.randomElement(using: &random) ?? .tcp
      let policies = plan.policies.indices.filter { _ in Bool.random(using: &random) }
      tally.add(event, of: policies, 2)
      let now = Set(policies.filter { $0 < 3 }.map { Self.own.policies[$0] })
      let later = Set(policies.filter { $0 >= 3 }.map { Self.next.policies[$0 - 3] })
      for name in now.union(later) {
        let key = PreviewCounts.Key(policy: name, event: event)
        expected[key, default: .init()].same += now.contains(name) && later.contains(name) ? 2 : 0
        expected[key, default: .init()].lost += later.contains(name) ? 0 : 2
        expected[key, default: .init()].gained += now.contains(name) ? 0 : 2
      }
    }
    var counts = PreviewCounts()
    counts.add(tally)
    #expect(counts.counts == expected)
    counts.add(tally)
    #expect(counts.counts.values.map(\.lost).reduce(0, +) > 0)
    #expect(counts.counts.allSatisfy { $1.same == (expected[$0]?.same ?? 0) * 2 })
  }

  @Test func `a plan that previews nothing has no tally`() {
    #expect(PreviewTally(Self.own) == nil)
  }
}
