// SPDX-License-Identifier: Apache-2.0

import Policy

/// Finishes what the kernel decided by one plan, and counts by rule what came of it.
final class PlanMatcher {
  /// The generation of the records that the plan wanted.
  let generation: UInt32
  let plan: TracePlan
  /// For each rule the clauses on packets that the kernel does not decide; missing at the end: none.
  private let clauses: [[PacketClause]]
  /// For each rule what its event asks of a message.
  private let roles: [ContentProtocol.Role?]
  private var scopes: OwnerScopes
  private let routes: [Route]
  private let undecidedRows: UndecidedRows
  private let contentRows: ContentRows
  /// What decides about each datagram of a packet that stands for several.
  let datagrams: DatagramTables?
  /// What rows mean, each at the place that its hash gives it; a row that needs a taken place takes it over.
  private var meanings: [RowMeaning?]
  /// Whether events are counted by the policies that want them.
  private let tallies: Bool
  /// What was asked for last.
  private var recent: RowMeaning?
  /// Those that lost their place while the current record is looked at, which may still count into them.
  private var evicted: [RowMeaning] = []
  /// Refused packets, and what came of rows that lost their place.
  private var settled: PlanCounts

  private static let placeBits = 9

  /// Makes a matcher.
  ///
  /// - Parameters:
  ///   - undecided: for each rule what the kernel leaves of it; missing at the end: nothing.
  ///   - datagrams: the kernel's tables for what it leaves of packets that stand for several datagrams.
  ///   - routes: of each output.
  init(
    _ plan: TracePlan, undecided: [Undecided], datagrams: DatagramTables?, routes: [Route],
    generation: UInt32, tallies: Bool = false
  ) {
    precondition(undecided.count <= plan.rules.count, "clauses of rules that the plan has not")
    self.generation = generation
    self.plan = plan
    self.tallies = tallies || plan.previewed != nil
    clauses = undecided.map { $0.filters.map(PacketClause.init) }
    roles = plan.rules.map(\.event.contentRole)
    scopes = OwnerScopes(undecided)
    undecidedRows = UndecidedRows(undecided)
    contentRows = ContentRows(plan)
    self.datagrams = datagrams
    self.routes = routes
    settled = PlanCounts(plan)
    meanings = Array(repeating: nil, count: 1 << Self.placeBits)
  }

  /// Counts how many messages a segment completed that some rules ask for, or how many datagrams a packet was.
  func count(_ meaning: RowMeaning, messages: UInt64) {
    guard messages != 1 else { return }
    for index in meaning.wants.indices {
      if messages == 0 {
        meaning.wants[index].counts.incomplete += 1
      } else {
        meaning.wants[index].counts.further += messages - 1
      }
    }
  }

  /// What is left of a row without the rules whose clauses do not hold.
  ///
  /// These rules are counted, and so are events that nobody wants then.
  ///
  /// - Parameter complete: adds to an owner what records do not carry.
  func decide(
    _ wanted: RowMeaning, _ packet: borrowing DecodedPacket, _ lender: inout FieldLender,
    complete: (inout Owner) -> Void
  ) -> RowMeaning {
    if wanted.questions == .packetAndOwner {
      scopes.look(at: packet.record.owner, complete: complete)
    }
    var row = wanted.row
    wanted.row.forEachRule { rule in
      guard rule < clauses.count, !holds(rule, packet, &lender) else { return }
      row[rule] = false
    }
    return keep(row, of: wanted) ?? wanted
  }

  /// What is left when only some of the rules still want a packet; nil when that has a bit that no rule has.
  ///
  /// The others are counted, and so are events that nobody wants then.
  func keep(_ row: Row, of wanted: RowMeaning) -> RowMeaning? {
    guard let left = find(row) else { return nil }
    guard row != wanted.row else { return left }
    wanted.row.subtracting(row).forEachRule { settled.rules[$0].rejected += 1 }
    for index in wanted.wants.indices
    where wanted.wants[index].isShown && !left.shows(wanted.wants[index].kind) {
      settled.events[wanted.wants[index].kind.index].rejected += 1
    }
    return left
  }

  /// Whether all that the kernel left of a rule holds.
  private func holds(
    _ rule: Int, _ packet: borrowing DecodedPacket, _ lender: inout FieldLender
  ) -> Bool {
    if !clauses[rule].isEmpty {
      let isUnread =
        roles[rule] != nil && packet.verdict(on: plan.rules[rule].event, roles[rule]) != .given
      for index in clauses[rule].indices {
        let clause = clauses[rule][index]
        guard clause.holds(of: packet, isUnread: isUnread, &lender) else { return false }
      }
    }
    return scopes.meets(rule)
  }

  /// What the row of a record means; nil when it has a bit that no rule has.
  ///
  /// It can be held, and counted into, until this is asked again.
  @inline(__always)
  func meaning(of row: Row) -> RowMeaning? {
    if let recent, recent.row == row { return recent }
    return look(row)
  }

  @inline(never)
  private func look(_ row: Row) -> RowMeaning? {
    settleEvicted()
    recent = find(row)
    return recent
  }

  private func find(_ row: Row) -> RowMeaning? {
    let place = Int(row.hash >> UInt64(64 - Self.placeBits))
    if let found = meanings[place] {
      if found.row == row { return found }
      evicted.append(found)
      // Who asks next settles it first.
      recent = nil
    }
    meanings[place] = RowMeaning(
      row, in: plan, content: contentRows, undecided: undecidedRows, routes: routes)
    return meanings[place]
  }

  private func settleEvicted() {
    for meaning in evicted { settle(meaning, into: &settled) }
    evicted.removeAll(keepingCapacity: true)
  }

  /// What became of the packets of each rule, and of the events.
  var counts: PlanCounts {
    var counts = settled
    for case let meaning? in meanings { settle(meaning, into: &counts) }
    for meaning in evicted { settle(meaning, into: &counts) }
    return counts
  }

  private func settle(_ meaning: RowMeaning, into counts: inout PlanCounts) {
    if let headers = meaning.headers { settle(headers, into: &counts) }
    for part in meaning.parts { settle(part.meaning, into: &counts) }
    for want in meaning.wants {
      if want.isShown { counts.events[want.kind.index] += want.counts }
      for policy in want.policies where !plan.isPreviewed(policy) {
        counts.policies.add(policy, want.kind, want.counts.emitted)
      }
      guard tallies, want.counts.emitted > 0 else { continue }
      counts.tally.add(want.kind, of: want.policies, want.counts.emitted)
    }
    meaning.row.forEachRule { number in
      for want in meaning.wants where want.kind == plan.rules[number].event {
        counts.rules[number] += want.counts
      }
    }
  }
}

/// What became of the packets that a plan wanted.
struct PlanCounts {
  /// By the number of the rule.
  var rules: [RuleCounts]
  /// By ``EventKind/index``: a packet counts once, however many rules want the event.
  var events = [RuleCounts](repeating: RuleCounts(), count: EventKind.allCases.count)
  /// The events that were emitted: one that several rules of a policy want counts once for it.
  var policies = EventsByPolicy()
  /// By the policies that want an event together; empty unless that is counted.
  var tally = EventTally()

  init(_ plan: TracePlan) { rules = Array(repeating: RuleCounts(), count: plan.rules.count) }
}
