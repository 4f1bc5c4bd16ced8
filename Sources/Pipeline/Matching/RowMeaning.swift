import Policy

/// What a row asks for, worked out once: the events, and the names of the policies that want each.
struct RowMeaning {
  /// The names of the policies that want one event, without duplicates, in load order.
  struct Names {
    /// As the JSON array that `matchedPolicies` is.
    let json: [UInt8]
    /// Joined with commas, for people; safe to show.
    let text: [UInt8]
  }

  /// What became of the events of one kind.
  struct Tally {
    var emitted: UInt64 = 0
    var undecodable: UInt64 = 0
  }

  let row: Row
  /// By ``EventKind/index``; nil for an event that no rule of the row wants.
  let names: [Names?]
  /// By ``EventKind/index``.
  var tallies: [Tally]

  /// Works out a row; nil when it has a bit that no rule of the plan has.
  init?(_ row: Row, in plan: TracePlan) {
    var policies = EventKind.allCases.map { _ in [Int]() }
    var isKnown = true
    row.forEachRule { number in
      guard number < plan.rules.count else {
        isKnown = false
        return
      }
      let rule = plan.rules[number]
      if !policies[rule.event.index].contains(rule.policy) {
        policies[rule.event.index].append(rule.policy)
      }
    }
    guard isKnown else { return nil }
    self.row = row
    names = policies.map { policies in
      policies.isEmpty ? nil : Names(policies.sorted().map { plan.policies[$0] })
    }
    tallies = policies.map { _ in Tally() }
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
