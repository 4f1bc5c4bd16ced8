// SPDX-License-Identifier: Apache-2.0

import Policy

/// Finishes what the kernel decided by one plan, and counts by rule what came of it.
final class PlanMatcher {
  /// The generation of the records that the plan wanted.
  let generation: UInt32
  let plan: TracePlan
  /// For each rule the clauses on packets that the kernel does not decide; missing at the end: none.
  private let clauses: [[PacketClause]]
  /// For each rule the conditions on single elements of lists; missing at the end: none.
  private let elements: [[ElementQuestion]]
  /// For each rule what its event asks of a message.
  private let roles: [ContentProtocol.Role?]
  private var scopes: OwnerScopes
  private let routes: [Route]
  private let undecidedRows: UndecidedRows
  private let contentRows: ContentRows
  /// What decides about each datagram of a packet that stands for several.
  let datagrams: DatagramTables?
  /// What rows mean.
  private var meanings = RowMeanings()
  /// Whether events are counted by the policies that want them.
  private let tallies: Bool
  /// What was asked for last, which is also in ``meanings`` or ``evicted``.
  private var recent: Uncounted<RowMeaning>?
  /// Those that lost their place while the current record is looked at, which may still count into them.
  private var evicted: [RowMeaning] = []
  /// Refused packets, and what came of rows that lost their place.
  private var settled: PlanCounts

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
    self.tallies = tallies
    clauses = undecided.map { $0.filters.map(PacketClause.init) }
    elements = undecided.map { $0.elements.map(ElementQuestion.init) }
    roles = plan.rules.map(\.event.contentRole)
    scopes = OwnerScopes(undecided)
    undecidedRows = UndecidedRows(undecided)
    contentRows = ContentRows(plan)
    self.datagrams = datagrams
    self.routes = routes
    settled = PlanCounts(plan)
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
    where wanted.wants[index].isCounted && !left.counts(wanted.wants[index].kind) {
      settled.events[wanted.wants[index].kind.index].rejected += 1
    }
    return left
  }

  /// Whether all that the kernel left of a rule holds.
  private func holds(
    _ rule: Int, _ packet: borrowing DecodedPacket, _ lender: inout FieldLender
  ) -> Bool {
    if !clauses[rule].isEmpty || !elements[rule].isEmpty {
      let isUnread =
        roles[rule] != nil && packet.verdict(on: plan.rules[rule].event, roles[rule]) != .given
      for index in clauses[rule].indices {
        let clause = clauses[rule][index]
        guard clause.holds(of: packet, isUnread: isUnread, &lender) else { return false }
      }
      for index in elements[rule].indices {
        guard elements[rule][index].holds(of: packet, isUnread: isUnread, &lender) else {
          return false
        }
      }
    }
    return scopes.meets(rule)
  }

  /// What the row of a record means; nil when it has a bit that no rule has.
  ///
  /// It can be used, and counted into, until this is asked again.
  @inline(__always)
  func meaning(of record: borrowing RecordReader) -> Uncounted<RowMeaning>? {
    if let recent, recent.use({ $0.isMeaning(of: record.rowBytes) }) { return recent }
    return look(record)
  }

  @inline(never)
  private func look(_ record: borrowing RecordReader) -> Uncounted<RowMeaning>? {
    if !evicted.isEmpty { settleEvicted() }
    let hash = Row.hash(of: record.rowBytes)
    recent =
      meanings.find(record.rowBytes, hash) ?? learn(record.row, hash).map { unsafe Uncounted($0) }
    return recent
  }

  private func find(_ row: Row) -> RowMeaning? {
    let hash = Row.hash(of: row.bytes)
    return meanings.find(row.bytes, hash)?.use { $0 } ?? learn(row, hash)
  }

  /// Works out what a row means that is not known.
  private func learn(_ row: Row, _ hash: UInt64) -> RowMeaning? {
    guard
      let meaning = RowMeaning(
        row, in: plan, content: contentRows, undecided: undecidedRows, routes: routes)
    else { return nil }
    if let old = meanings.insert(meaning, hash) {
      evicted.append(old)
      // Who asks next settles it first.
      recent = nil
    }
    return meaning
  }

  private func settleEvicted() {
    for meaning in evicted { settle(meaning, into: &settled) }
    evicted.removeAll(keepingCapacity: true)
  }

  /// What became of the packets of each rule, and of the events.
  var counts: PlanCounts {
    var counts = settled
    meanings.forEach { settle($0, into: &counts) }
    for meaning in evicted { settle(meaning, into: &counts) }
    return counts
  }

  private func settle(_ meaning: RowMeaning, into counts: inout PlanCounts) {
    if let headers = meaning.headers { settle(headers, into: &counts) }
    for part in meaning.parts { settle(part.meaning, into: &counts) }
    for want in meaning.wants {
      if want.isCounted { counts.events[want.kind.index] += want.counts }
      for policy in want.policies where !plan.isPreviewed(policy) {
        counts.policies.add(policy, want.kind, want.counts.emitted)
      }
      guard want.counts.emitted > 0 else { continue }
      counts.preview?.add(want.kind, of: want.policies, want.counts.emitted)
      guard tallies else { continue }
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
  /// What the previewed policies gain and lose; nil when the plan previews none.
  var preview: PreviewTally?

  init(_ plan: TracePlan) {
    rules = Array(repeating: RuleCounts(), count: plan.rules.count)
    preview = PreviewTally(plan)
  }
}
