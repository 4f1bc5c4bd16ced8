import Policy

/// What a row asks for, worked out once, and what came of it.
final class RowMeaning {
  /// One event that the row's rules want.
  final class Want {
    let kind: EventKind
    let names: Names
    var counts = RuleCounts()

    init(kind: EventKind, names: Names) {
      self.kind = kind
      self.names = names
    }
  }

  /// The names of the policies that want an event, without duplicates, in load order.
  struct Names {
    /// As the JSON array that `matchedPolicies` is.
    let json: [UInt8]
    /// Joined with commas, for people; safe to show.
    let text: [UInt8]
  }

  let row: Row
  /// The events, in order of their numbers.
  private(set) var wants: [Want] = []

  /// Works out a row; nil when it has a bit that no rule of the plan has.
  init?(_ row: Row, in plan: TracePlan) {
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
      policies[kind].map { Want(kind: kind, names: Names($0.sorted().map { plan.policies[$0] })) }
    }
  }
}

extension RowMeaning.Names {
  fileprivate init(_ names: [String]) {
    var json = LineBuffer(capacity: 256)
    var text = LineBuffer(capacity: 256)
    json.append(UInt8(ascii: "["))
    for (index, name) in names.enumerated() {
      if index > 0 {
        json.append(UInt8(ascii: ","))
        text.append(UInt8(ascii: ","))
      }
      let name = Array(name.utf8)
      json.append(jsonText: name.bytes)
      text.append(safeText: name.bytes, columns: .max)
    }
    json.append(UInt8(ascii: "]"))
    self.json = json.copy
    self.text = text.copy
  }
}
