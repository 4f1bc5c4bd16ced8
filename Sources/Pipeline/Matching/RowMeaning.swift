// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy

/// What a row asks for, worked out once, and what came of it.
@safe final class RowMeaning {
  /// One event that the row's rules want.
  final class Want {
    let kind: EventKind
    /// The policies that want it, by their indices in the plan, in order.
    let policies: [Int]
    /// Whether it is an event to anybody: one that only previewed policies want is counted and shown to nobody.
    let isShown: Bool
    /// What the event asks of a message; nil for an event of headers.
    let role: ContentProtocol.Role?
    /// The outputs that show the event, in their order.
    let showings: [Showing]
    /// Whether no policy wants it for itself, only for signatures.
    let isOnlyFed: Bool
    /// Whether signatures want it.
    let isFed: Bool
    /// The rules that want it for signatures, by number.
    let feeds: [Int]
    var counts = RuleCounts()

    init(
      kind: EventKind, policies: [Int], isShown: Bool, showings: [Showing], feeds: [Int] = []
    ) {
      self.kind = kind
      self.policies = policies
      self.isShown = isShown
      role = kind.contentRole
      self.showings = showings
      isOnlyFed = policies.isEmpty
      isFed = !feeds.isEmpty
      self.feeds = feeds
    }

    /// Whether it counts among the events: all but those that only previewed policies want.
    var isCounted: Bool { isShown || isOnlyFed }
  }

  /// An event as one output shows it.
  struct Showing {
    /// The number of the output.
    let output: Int
    let label: EventLabel
  }

  /// The rules that ask what packets say in one protocol, and what they ask for.
  struct Part {
    let content: ContentProtocol
    let meaning: RowMeaning
  }

  let row: Row
  /// The words of the row.
  private let words: UnsafeMutablePointer<UInt64>
  /// What its rules ask that ask for headers alone; nil when no rule asks what packets say, or none asks for headers.
  let headers: RowMeaning?
  /// What its other rules ask, by protocol; empty when there are none.
  let parts: [Part]
  /// What user space has to be asked about its rules.
  let questions: UndecidedRows.Questions
  /// The events, in order of their numbers.
  let wants: [Want]

  /// Works out a row; nil when it has a bit that no rule of the plan has.
  ///
  /// - Parameters:
  ///   - content: the plan's rules that ask what packets say; nil for the rules of one part.
  ///   - undecided: the plan's rules that the kernel does not decide alone.
  ///   - routes: of each output.
  init?(
    _ row: Row, in plan: TracePlan, content: ContentRows?, undecided: UndecidedRows, routes: [Route]
  ) {
    self.row = row
    unsafe words = .allocate(capacity: row.count)
    for index in 0..<row.count { unsafe (words + index).initialize(to: row.words[index]) }
    func meaning(of row: Row) -> RowMeaning? {
      row.isEmpty
        ? nil : RowMeaning(row, in: plan, content: nil, undecided: undecided, routes: routes)
    }
    parts = (content?.of ?? []).compactMap { content, rules in
      meaning(of: row.intersection(rules)).map { Part(content: content, meaning: $0) }
    }
    headers = parts.isEmpty ? nil : content.flatMap { meaning(of: row.intersection($0.headers)) }
    questions = undecided.questions(about: row)
    var policies: [EventKind: Set<Int>] = [:]
    var feeds: [EventKind: [Int]] = [:]
    var isKnown = true
    row.forEachRule { number in
      guard number < plan.rules.count else {
        isKnown = false
        return
      }
      let rule = plan.rules[number]
      if rule.feed == nil {
        policies[rule.event, default: []].insert(rule.policy)
      } else {
        feeds[rule.event, default: []].append(number)
      }
    }
    guard isKnown else { return nil }
    let labels = PolicyLabels(plan)
    wants = EventKind.allCases.compactMap { kind in
      guard policies[kind] != nil || feeds[kind] != nil else { return nil }
      let wanting = (policies[kind] ?? []).sorted()
      let names = wanting.filter { !plan.isPreviewed($0) }.map { plan.policies[$0] }
      let showings: [Showing] = routes.enumerated().compactMap { output, route in
        let kept = route.policies(among: names, for: kind.id)
        return kept.isEmpty
          ? nil
          : Showing(output: output, label: EventLabel(kind, policies: kept, labels: labels))
      }
      return Want(
        kind: kind, policies: wanting,
        isShown: !names.isEmpty || plan.previewed == nil && !wanting.isEmpty,
        showings: showings, feeds: feeds[kind] ?? [])
    }
  }

  deinit { unsafe words.deallocate() }

  /// Whether it is what a row means, whose words are these.
  @inline(__always)
  func isMeaning(of bytes: RawSpan) -> Bool {
    guard bytes.byteCount == row.count * 8 else { return false }
    if row.count == 1 { return unsafe bytes.host(0) == words[0] }
    return unsafe bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return false }
      return unsafe memcmp(base, words, bytes.count) == 0
    }
  }

  /// Whether a rule that is not only previewed wants an event of a kind.
  func counts(_ kind: EventKind) -> Bool {
    for index in wants.indices where wants[index].kind == kind { return wants[index].isCounted }
    return false
  }
}

/// The rules of a plan, by what of a packet they ask for.
struct ContentRows {
  /// Those that ask only for headers.
  let headers: Row
  /// Those that ask what packets say, by protocol; none that no rule asks for.
  let of: [(content: ContentProtocol, rules: Row)]

  init(_ plan: TracePlan) {
    headers = Row(plan.rules) { $0.event.contentProtocol == nil }
    of = ContentProtocol.allCases.compactMap { content in
      let rules = Row(plan.rules) { $0.event.contentProtocol == content }
      return rules.isEmpty ? nil : (content, rules)
    }
  }
}

/// The rules of a plan that the kernel does not decide alone.
struct UndecidedRows {
  /// Those with clauses that are left to user space.
  private let all: Row
  /// Those of them with clauses on the owner.
  private let scopes: Row
  /// Whether a rule asks who once matched: then each owner is to be seen.
  private let follows: Bool

  /// What there is to ask about some rules.
  enum Questions {
    case none
    case packet
    case packetAndOwner
  }

  /// Takes for each rule what the kernel leaves of it.
  init(_ undecided: [Undecided]) {
    var (all, scopes, follows) = (Row(), Row(), false)
    for (number, rule) in undecided.enumerated() where !rule.isEmpty {
      all[number] = true
      if !rule.scope.isEmpty || rule.following != nil { scopes[number] = true }
      if rule.following != nil { follows = true }
    }
    (self.all, self.scopes, self.follows) = (all, scopes, follows)
  }

  /// What there is to ask about a row's rules.
  func questions(about row: Row) -> Questions {
    guard row.intersects(all) else { return .none }
    return follows || row.intersects(scopes) ? .packetAndOwner : .packet
  }
}
