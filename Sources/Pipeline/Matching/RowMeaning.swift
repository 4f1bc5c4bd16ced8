import Policy

/// What a row asks for, worked out once, and what came of it.
final class RowMeaning {
  /// One event that the row's rules want.
  final class Want {
    let kind: EventKind
    /// The event as each output shows it; nil for one whose route it does not take.
    let labels: [EventLabel?]
    var counts = RuleCounts()

    init(kind: EventKind, labels: [EventLabel?]) {
      self.kind = kind
      self.labels = labels
    }
  }

  let row: Row
  /// The events, in order of their numbers.
  private(set) var wants: [Want] = []

  /// Works out a row; nil when it has a bit that no rule of the plan has.
  ///
  /// - Parameter routes: of each output.
  init?(_ row: Row, in plan: TracePlan, routes: [Route]) {
    self.row = row
    var policies: [EventKind: Set<Int>] = [:]
    var isKnown = true
    row.forEachRule { number in
      guard number < plan.rules.count else {
        isKnown = false
        return
      }
      policies[plan.rules[number].event, default: []].insert(plan.rules[number].policy)
    }
    guard isKnown else { return nil }
    wants = EventKind.allCases.compactMap { kind in
      guard let names = policies[kind]?.sorted().map({ plan.policies[$0] }) else { return nil }
      let labels = routes.map { route in
        let kept = route.policies(among: names, for: kind)
        return kept.isEmpty ? nil : EventLabel(kind, policies: kept)
      }
      return Want(kind: kind, labels: labels)
    }
  }
}
