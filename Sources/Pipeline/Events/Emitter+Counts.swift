// SPDX-License-Identifier: Apache-2.0

import Policy

/// What became of the packets that rules wanted, for all plans or for one.
extension Emitter {
  /// What became of the packets that each rule of a plan wanted; empty when there is no such plan.
  func ruleCounts(generation: UInt32) -> [RuleCounts] {
    matchers.first { $0.generation == generation }?.counts.rules ?? []
  }

  /// The accounts of all rules of all plans, also of those that are gone.
  ///
  /// - Parameter ringFull: by the generation of each plan that is there and by rule, the packets that found the ring full.
  func ruleAccounts(ringFull: [UInt32: [UInt64]]) -> [RuleAccount] {
    var accounts = retired.rules
    for matcher in matchers {
      accounts.add(
        matcher.plan, matcher.counts.rules, ringFull: ringFull[matcher.generation] ?? [])
    }
    return accounts.all
  }

  /// How often events were emitted for which policies of a plan; nothing unless that is counted.
  func tally(generation: UInt32) -> EventTally {
    var tally = matchers.first { $0.generation == generation }?.counts.tally ?? EventTally()
    tally.findings = found.tally ?? [:]
    return tally
  }

  /// The events of all policies of all plans, also of those that are gone.
  func policyAccounts() -> [PolicyAccount] {
    var accounts = retired.policies
    for matcher in matchers { accounts.add(matcher.plan, matcher.counts.policies) }
    return accounts.all
  }

  /// What became of the events of each kind, in the order of ``Policy/EventKind/allCases``.
  func eventCounts() -> [RuleCounts] {
    var counts = retired.events
    for matcher in matchers {
      let more = matcher.counts.events
      for kind in more.indices { counts[kind] += more[kind] }
    }
    return counts
  }

  /// What a previewed set of policies would change; nil when none was ever previewed.
  var preview: PreviewCounts? {
    var preview = retired.preview
    for matcher in matchers where matcher.plan.previewed != nil {
      preview = preview ?? PreviewCounts()
      if let more = matcher.counts.preview { preview?.add(more) }
    }
    preview?.findings = found.preview ?? [:]
    return preview
  }

  /// The events that only one of the sets reports, the previewed or that in force.
  var previewDifferences: UInt64 {
    matchers.reduce(found.differing) { $0 + ($1.counts.preview?.differing ?? 0) }
  }

  /// What became of messages that were in several segments.
  var messages: StreamCounts { streams.account }
}

/// What was counted for plans that are gone.
struct RetiredCounts {
  private(set) var rules = RuleAccounts()
  private(set) var policies = PolicyAccounts()
  /// In the order of ``Policy/EventKind/allCases``.
  private(set) var events = [RuleCounts](repeating: RuleCounts(), count: EventKind.allCases.count)
  private(set) var preview: PreviewCounts?

  /// Adds the final counts of a plan.
  ///
  /// - Parameter ringFull: by rule, the packets that found the ring full.
  mutating func add(_ plan: TracePlan, _ counts: PlanCounts, ringFull: [UInt64]) {
    rules.add(plan, counts.rules, ringFull: ringFull)
    policies.add(plan, counts.policies)
    for kind in counts.events.indices { events[kind] += counts.events[kind] }
    if let more = counts.preview {
      preview = preview ?? PreviewCounts()
      preview?.add(more)
    }
  }
}
