// SPDX-License-Identifier: Apache-2.0

public import Policy

/// How many events a previewed set of policies reports that the one in force does not, and the other way round.
public struct PreviewCounts: Sendable {
  /// A policy, by its name in both sets, and an event.
  public struct Key: Hashable, Sendable {
    /// The name of the policy.
    public let policy: String
    /// The event.
    public let event: EventKind
  }

  /// Events of one policy that differ.
  public struct Count: Equatable, Sendable {
    /// Those that only the previewed set reports.
    public var gained: UInt64 = 0
    /// Those that only the set in force reports.
    public var lost: UInt64 = 0
    /// Those that both report.
    public var same: UInt64 = 0
  }

  /// The counts.
  public private(set) var counts: [Key: Count] = [:]

  /// Creates counts of nothing.
  public init() {}

  /// Adds what was counted of a plan that previews another one; nothing of any other plan.
  mutating func add(_ tally: EventTally, of plan: TracePlan) {
    guard plan.previewed != nil else { return }
    for (key, count) in tally.counts {
      var (now, next) = (Set<String>(), Set<String>())
      for policy in key.policies where policy < plan.policies.count {
        let name = plan.policies[policy]
        if plan.isPreviewed(policy) {
          next.insert(String(name.dropLast(TracePlan.previewSuffix.count)))
        } else {
          now.insert(name)
        }
      }
      for name in now.union(next) {
        let place = Key(policy: name, event: key.event)
        if !now.contains(name) {
          counts[place, default: Count()].gained += count
        } else if !next.contains(name) {
          counts[place, default: Count()].lost += count
        } else {
          counts[place, default: Count()].same += count
        }
      }
    }
  }

  /// A line for each policy and event that differ, or one when none does.
  public var lines: [String] { lines(about: "preview") }

  /// The same lines, each of which begins with what was compared.
  public func lines(about title: String) -> [String] {
    let sorted = counts.sorted {
      ($0.key.policy, $0.key.event.rawValue) < ($1.key.policy, $1.key.event.rawValue)
    }
    let lines = sorted.filter { $0.value.gained + $0.value.lost > 0 }.map { key, count in
      "\(title): policy '\(key.policy)', \(key.event.name): gained \(count.gained), "
        + "lost \(count.lost), same \(count.same)"
    }
    let same = counts.values.reduce(0) { $0 + $1.same }
    return lines.isEmpty ? ["\(title): no event differs, same \(same)"] : lines
  }
}
