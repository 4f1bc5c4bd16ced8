import Policy

/// Finishes what the kernel decided by one plan, and counts by rule what came of it.
struct PlanMatcher {
  /// The generation of the records that the plan wanted.
  let generation: UInt32
  /// The plan.
  let plan: TracePlan
  private let undecided: [Undecided]
  /// The rules that the kernel does not decide alone.
  private var undecidedRow = Row()
  private var hasUndecided = false
  private var rejected: [UInt64]
  /// What rows mean, each at the place that its hash gives it; a row that needs a taken place takes it over.
  private var meanings: [RowMeaning?]
  /// Counts of rows that lost their place.
  private var settled: [RuleCounts]

  private static let placesBits: UInt64 = 9

  /// Makes a matcher.
  ///
  /// - Parameter undecided: for each rule what the kernel leaves of it; missing at the end: nothing.
  init(_ plan: TracePlan, undecided: [Undecided], generation: UInt32) {
    precondition(undecided.count <= plan.rules.count, "clauses of rules that the plan has not")
    self.generation = generation
    self.plan = plan
    self.undecided = undecided
    rejected = Array(repeating: 0, count: plan.rules.count)
    settled = Array(repeating: RuleCounts(), count: plan.rules.count)
    meanings = Array(repeating: nil, count: 1 << Int(Self.placesBits))
    for (number, clauses) in undecided.enumerated() where !clauses.isEmpty {
      undecidedRow[number] = true
      hasUndecided = true
    }
  }

  /// Whether user space has to be asked about a row.
  func isUndecided(_ row: Row) -> Bool {
    guard hasUndecided else { return false }
    for index in row.words.indices where row.words[index] & undecidedRow.words[index] != 0 {
      return true
    }
    return false
  }

  /// The row without the rules whose clauses do not hold, which are counted.
  mutating func decide(_ row: Row, owner: Owner?, packet: Packet) -> Row {
    var decided = row
    row.forEachRule { number in
      guard number < undecided.count, !undecided[number].isEmpty,
        !undecided[number].hold(owner: owner, packet: packet)
      else { return }
      decided[number] = false
      rejected[number] += 1
    }
    return decided
  }

  /// The place of what a row means; nil when it has a bit that no rule has.
  mutating func place(of row: Row) -> Int? {
    var hash: UInt64 = 0
    for index in row.words.indices {
      hash = (hash ^ row.words[index]) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 29
    }
    let place = Int(hash >> (64 - Self.placesBits))
    if let found = meanings[place]?.row, found == row { return place }
    guard let meaning = RowMeaning(row, in: plan) else { return nil }
    settle(place)
    meanings[place] = meaning
    return place
  }

  /// The names of the policies that want an event, by the place of its row.
  func names(at place: Int, _ kind: EventKind) -> RowMeaning.Names? {
    meanings[place]?.names[kind.index]
  }

  /// Counts an event of a row.
  mutating func count(at place: Int, _ kind: EventKind, emitted: Bool) {
    if emitted {
      meanings[place]?.tallies[kind.index].emitted += 1
    } else {
      meanings[place]?.tallies[kind.index].undecodable += 1
    }
  }

  /// What became of each rule's packets.
  var counts: [RuleCounts] {
    var all = self
    for place in meanings.indices { all.settle(place) }
    for number in plan.rules.indices { all.settled[number].rejected = rejected[number] }
    return all.settled
  }

  private mutating func settle(_ place: Int) {
    guard let meaning = meanings[place] else { return }
    meaning.row.forEachRule { number in
      let tally = meaning.tallies[plan.rules[number].event.index]
      settled[number].emitted += tally.emitted
      settled[number].undecodable += tally.undecodable
    }
    meanings[place] = nil
  }
}

/// What became of the packets that a rule wanted.
///
/// Their sum is what the kernel submitted for the rule.
public struct RuleCounts: Equatable, Sendable {
  /// Given to the outputs.
  public var emitted: UInt64 = 0
  /// Refused by a clause that the kernel did not decide.
  public var rejected: UInt64 = 0
  /// Without the headers that the event shows.
  public var undecodable: UInt64 = 0

  /// Makes counts of nothing.
  public init() {}
}
