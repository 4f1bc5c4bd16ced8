// SPDX-License-Identifier: Apache-2.0

public import Policy

/// How many events of one kind were emitted that one policy wanted, in all plans that had the policy.
///
/// An event that several rules of the policy wanted is one.
public struct PolicyAccount: Equatable, Sendable {
  /// A policy and a kind of event, which an account is of.
  public struct Key: Hashable, Sendable {
    /// The name of the policy.
    public let policy: String
    /// The kind of the events.
    public let event: EventKind
  }

  /// The policy and the kind of event that the account is of.
  public let key: Key
  /// The number of events that were emitted and that the policy wanted.
  public var emitted: UInt64
}

/// The events of the policies of several plans, added up.
struct PolicyAccounts {
  private var places: [PolicyAccount.Key: Int] = [:]
  /// The accounts, in the order in which their policies and events were first seen.
  private(set) var all: [PolicyAccount] = []

  /// Adds the events of one plan, without those of policies that are only previewed.
  mutating func add(_ plan: TracePlan, _ counts: EventsByPolicy) {
    for rule in plan.rules where !plan.isPreviewed(rule.policy) {
      let key = PolicyAccount.Key(policy: plan.policies[rule.policy], event: rule.event)
      if places[key] == nil {
        places[key] = all.count
        all.append(PolicyAccount(key: key, emitted: 0))
      }
    }
    counts.forEach { policy, event, count in
      guard let place = places[PolicyAccount.Key(policy: plan.policies[policy], event: event)]
      else { return }
      all[place].emitted += count
    }
  }
}

/// The events of one plan, by the number of the policy that wanted them and by their kind.
struct EventsByPolicy {
  private var counts: [Int: UInt64] = [:]

  /// Adds events that a policy wanted.
  mutating func add(_ policy: Int, _ kind: EventKind, _ count: UInt64) {
    guard count > 0 else { return }
    counts[policy * EventKind.allCases.count + kind.index, default: 0] += count
  }

  /// Gives each policy and kind that has events.
  func forEach(_ body: (Int, EventKind, UInt64) -> Void) {
    for (place, count) in counts {
      let kinds = EventKind.allCases
      body(place / kinds.count, kinds[place % kinds.count], count)
    }
  }
}
