// SPDX-License-Identifier: Apache-2.0

import Policy

/// What a reader of an output does not see, and where.
struct Gap {
  let reason: LostEvents.Reason
  /// Packets that found the ring full, or events that an output had no room for.
  var count: UInt64
  /// Between which times, in ns of `CLOCK_BOOTTIME`.
  var since: UInt64
  var until: UInt64
  /// The same by who misses them: a packet that several rules wanted is in several of them.
  var losses: [Loss] = []

  /// What some policies miss of one kind of event.
  struct Loss {
    let policies: [String]
    let event: EventID
    let count: UInt64
  }

  /// The names of all policies that miss something.
  var policies: [String] {
    var names: [String] = []
    for name in losses.flatMap(\.policies) where !names.contains(name) { names.append(name) }
    return names
  }

  /// What of it concerns an output; nil when nothing does.
  ///
  /// How many packets several rules of a route wanted together is not known: the count is then the largest of theirs.
  func along(_ route: Route) -> Gap? {
    if route == Route() { return self }
    var gap = self
    gap.losses = losses.compactMap { loss in
      let policies = route.policies(among: loss.policies, for: loss.event)
      return policies.isEmpty
        ? nil : Loss(policies: policies, event: loss.event, count: loss.count)
    }
    guard let largest = gap.losses.map(\.count).max() else { return nil }
    gap.count = largest
    return gap
  }
}
