import Policy

/// Finishes what the kernel decided by one plan, and counts by rule what came of it.
final class PlanMatcher {
  /// The generation of the records that the plan wanted.
  let generation: UInt32
  let plan: TracePlan
  private let undecided: [Undecided]
  private let routes: [Route]
  /// The rules that the kernel does not decide alone; nil when there are none.
  private let undecidedRow: Row?
  /// The rules that ask what packets say.
  let contentRows: ContentRows
  /// What rows mean, each at the place that its hash gives it; a row that needs a taken place takes it over.
  private var meanings: [RowMeaning?]
  /// Refused packets, and what came of rows that lost their place.
  private var settled: PlanCounts

  private static let placeBits = 9

  /// Makes a matcher.
  ///
  /// - Parameters:
  ///   - undecided: for each rule what the kernel leaves of it; missing at the end: nothing.
  ///   - routes: of each output.
  init(_ plan: TracePlan, undecided: [Undecided], routes: [Route], generation: UInt32) {
    precondition(undecided.count <= plan.rules.count, "clauses of rules that the plan has not")
    self.generation = generation
    self.plan = plan
    self.undecided = undecided
    contentRows = ContentRows(plan)
    self.routes = routes
    settled = PlanCounts(plan)
    meanings = Array(repeating: nil, count: 1 << Self.placeBits)
    var row = Row()
    for (number, clauses) in undecided.enumerated() where !clauses.isEmpty { row[number] = true }
    undecidedRow = row == Row() ? nil : row
  }

  /// Whether user space has to be asked about a row.
  func isUndecided(_ row: Row) -> Bool { undecidedRow?.intersects(row) ?? false }

  /// Whether a row has rules that ask what packets say.
  func asksContent(_ row: Row) -> Bool {
    contentRows.dns.intersects(row) || contentRows.http.intersects(row)
  }

  /// Counts how many messages a segment completed that some rules ask for.
  func count(_ row: Row, messages: UInt64) {
    guard messages != 1, let meaning = meaning(of: row) else { return }
    for index in meaning.wants.indices {
      if messages == 0 {
        meaning.wants[index].counts.incomplete += 1
      } else {
        meaning.wants[index].counts.further += messages - 1
      }
    }
  }

  /// Whether a rule has each bit of a row.
  func knows(_ row: Row) -> Bool {
    var isKnown = true
    row.forEachRule { if $0 >= plan.rules.count { isKnown = false } }
    return isKnown
  }

  /// The row without the rules whose clauses do not hold; they are counted, and so are events that nobody wants then.
  func decide(_ row: Row, owner: Owner?, packet: Packet) -> Row {
    var decided = row
    row.forEachRule { number in
      guard number < undecided.count, !undecided[number].isEmpty,
        !undecided[number].hold(
          owner: owner, packet: packet, for: plan.rules[number].event)
      else { return }
      decided[number] = false
      settled.rules[number].rejected += 1
    }
    if decided != row, let wanted = meaning(of: row), let left = meaning(of: decided) {
      for want in wanted.wants where !left.wants.contains(where: { $0.kind == want.kind }) {
        settled.events[want.kind.index].rejected += 1
      }
    }
    return decided
  }

  /// What a row means; nil when it has a bit that no rule has.
  func meaning(of row: Row) -> RowMeaning? {
    let place = Int(row.hash >> UInt64(64 - Self.placeBits))
    if let found = meanings[place] {
      if found.row == row { return found }
      settle(found, into: &settled)
    }
    meanings[place] = RowMeaning(row, in: plan, routes: routes)
    return meanings[place]
  }

  /// What became of the packets of each rule, and of the events.
  var counts: PlanCounts {
    var counts = settled
    for case let meaning? in meanings { settle(meaning, into: &counts) }
    return counts
  }

  private func settle(_ meaning: RowMeaning, into counts: inout PlanCounts) {
    for want in meaning.wants { counts.events[want.kind.index] += want.counts }
    meaning.row.forEachRule { number in
      for want in meaning.wants where want.kind == plan.rules[number].event {
        counts.rules[number] += want.counts
      }
    }
  }
}

/// The rules of a plan that ask what packets say, by what they ask for.
struct ContentRows {
  let dns: Row
  let http: Row

  init(_ plan: TracePlan) {
    dns = Row(plan.rules) { $0.event.contentProtocol == .dns }
    http = Row(plan.rules) { $0.event.contentProtocol == .http }
  }
}

/// What became of the packets that a plan wanted.
struct PlanCounts {
  /// By the number of the rule.
  var rules: [RuleCounts]
  /// By ``EventKind/index``: a packet counts once, however many rules want the event.
  var events = [RuleCounts](repeating: RuleCounts(), count: EventKind.allCases.count)

  init(_ plan: TracePlan) { rules = Array(repeating: RuleCounts(), count: plan.rules.count) }
}
