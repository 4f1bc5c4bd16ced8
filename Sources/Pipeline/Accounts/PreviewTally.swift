// SPDX-License-Identifier: Apache-2.0

import Policy

/// How many events of a plan that previews another one are gained, lost and the same, by policy and event.
///
/// Its memory is that of one count for each policy and event, whatever the traffic is.
struct PreviewTally: Sendable {
  /// The names of the policies, each once although both sets may have it.
  private let names: [String]
  /// For each policy of the plan, the index of its name.
  private let places: [Int]
  /// The index in the plan of the first policy that is previewed.
  private let firstPreviewed: Int
  /// By name, then by ``EventKind/index``.
  private var counts: [PreviewCounts.Count]
  /// By name, which of the sets want the event that is being counted; all 0 between two events.
  private var sets: [UInt8]

  /// The events that one set reports and the other does not, of any policy.
  private(set) var differing: UInt64 = 0

  private static let inForce: UInt8 = 1
  private static let previewed: UInt8 = 2

  /// Creates counts of nothing; nil for a plan that previews no other one.
  init?(_ plan: TracePlan) {
    guard let first = plan.previewed else { return nil }
    firstPreviewed = first
    var names: [String] = []
    var known: [String: Int] = [:]
    places = plan.policies.enumerated().map { index, title in
      let name = index < first ? title : String(title.dropLast(TracePlan.previewSuffix.count))
      if let place = known[name] { return place }
      known[name] = names.count
      names.append(name)
      return names.count - 1
    }
    self.names = names
    counts = Array(
      repeating: PreviewCounts.Count(), count: names.count * EventKind.allCases.count)
    sets = Array(repeating: 0, count: names.count)
  }

  /// Counts events that some policies of the plan want together.
  mutating func add(_ kind: EventKind, of policies: [Int], _ count: UInt64) {
    for policy in policies {
      sets[places[policy]] |= policy < firstPreviewed ? Self.inForce : Self.previewed
    }
    for policy in policies {
      let place = places[policy]
      let index = place * EventKind.allCases.count + kind.index
      switch sets[place] {
      case 0: continue
      case Self.inForce:
        counts[index].lost += count
        differing += count
      case Self.previewed:
        counts[index].gained += count
        differing += count
      default: counts[index].same += count
      }
      sets[place] = 0
    }
  }

  /// Calls a closure with each policy and event of which something was counted.
  func forEach(_ body: (String, EventKind, PreviewCounts.Count) -> Void) {
    for (place, name) in names.enumerated() {
      for kind in EventKind.allCases {
        let count = counts[place * EventKind.allCases.count + kind.index]
        if count != PreviewCounts.Count() { body(name, kind, count) }
      }
    }
  }
}
