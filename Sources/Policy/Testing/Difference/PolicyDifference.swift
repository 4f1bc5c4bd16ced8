// SPDX-License-Identifier: Apache-2.0

/// What a new set of policies reports that an old one does not, and the other way round, each with a packet that shows it.
///
/// Source: `docs/testing.md`.
public struct PolicyDifference: Equatable, Sendable {
  /// Whether something is reported by the new set alone or by the old one alone.
  public enum Side: String, CaseIterable, Sendable {
    case gained, lost
  }

  /// A rule of one of the sets, and where it is written.
  public struct Place: Equatable, Sendable {
    /// The name of the policy.
    public var policy: String
    /// The rule's place in its policy, from 1.
    public var rule: Int
    /// The file.
    public var source: String
    /// The line at which the rule begins, from 1.
    public var line: Int
  }

  /// Packets that one rule reports and the other set does not.
  public struct Change: Equatable, Sendable {
    /// Which way.
    public var side: Side
    /// The name of the policy.
    public var policy: String
    /// The event.
    public var event: EventKind
    /// One of the packets, and its owner.
    public var witness: PacketWitness
    /// The rule that reports it.
    public var rule: Place
    /// The rule of the other set that comes nearest; nil when there is none for the event.
    public var nearest: Place?
    /// What that rule has against the packet.
    public var reasons: [String]
  }

  /// A rule of which it is not known whether it reports something that the other set does not.
  public struct Doubt: Equatable, Sendable {
    /// Which way.
    public var side: Side
    /// The name of the policy.
    public var policy: String
    /// The event.
    public var event: EventKind
    /// The rule.
    public var rule: Place
    /// The filters that keep it from being known.
    public var filters: [String]
  }

  /// What a set costs.
  public struct Cost: Equatable, Sendable {
    /// Its rules.
    public var rules: Int
    /// The kernel's memory for its tables, in bytes.
    public var bytes: Int
    /// The filters that user space decides.
    public var userSpaceFilters: Int

    /// Makes one.
    public init(rules: Int, bytes: Int, userSpaceFilters: Int) {
      self.rules = rules
      self.bytes = bytes
      self.userSpaceFilters = userSpaceFilters
    }
  }

  /// A filter that only user space decides in the new set, and not so in the old one.
  public struct FallenFilter: Equatable, Sendable {
    /// The rule.
    public var rule: Place
    /// The expressions.
    public var words: String
    /// Why the kernel does not decide it.
    public var reason: String
  }

  /// The policies that only the new set has.
  public private(set) var added: [String] = []
  /// The policies that only the old set has.
  public private(set) var removed: [String] = []
  /// What is gained and lost, by policy and event.
  public private(set) var changes: [Change] = []
  /// What is not known.
  public private(set) var doubts: [Doubt] = []
  /// Rules of the new set whose text changed and whose meaning did not.
  public private(set) var reworded: [Place] = []
  /// The filters that fell out of the kernel.
  public private(set) var fallen: [FallenFilter] = []
  /// What the old and the new set cost; nil until it is known.
  public var cost: (old: Cost, new: Cost)? {
    get { costs.map { ($0[0], $0[1]) } }
    set { costs = newValue.map { [$0.old, $0.new] } }
  }
  private var costs: [Cost]?

  /// Whether the sets certainly report the same.
  public var isNothing: Bool { changes.isEmpty && doubts.isEmpty }

  /// Whether something is gained or lost.
  public func has(_ side: Side) -> Bool { changes.contains { $0.side == side } }

  /// Compares two sets, policy by policy; a policy is the same while its name is.
  public init(from old: ExplainedPlan, to new: ExplainedPlan) {
    let before = Dictionary(old.entries.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    let after = Dictionary(new.entries.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    added = new.entries.map(\.name).filter { before[$0] == nil }
    removed = old.entries.map(\.name).filter { after[$0] == nil }
    for name in old.entries.map(\.name) + added {
      compare(before[name], after[name])
    }
    findFallen(before, new)
  }

  private mutating func compare(_ old: ExplainedPlan.Entry?, _ new: ExplainedPlan.Entry?) {
    for event in EventKind.allCases {
      let before = (old?.rules ?? []).filter { $0.rule.event == event }
      let after = (new?.rules ?? []).filter { $0.rule.event == event }
      guard !before.isEmpty || !after.isEmpty else { continue }
      let listed = Set(
        (before + after).flatMap(\.clauses).compactMap { clause in
          clause.condition.asksMembers ? clause.variable : nil
        })
      let oldBoxes = before.map { RuleBox($0, listing: listed) }
      let newBoxes = after.map { RuleBox($0, listing: listed) }
      let count = (changes.count, doubts.count)
      compare(.gained, newBoxes, new, with: oldBoxes, of: old)
      compare(.lost, oldBoxes, old, with: newBoxes, of: new)
      doubtMemory(.gained, after, new, besides: before)
      doubtMemory(.lost, before, old, besides: after)
      guard count == (changes.count, doubts.count), let new else { continue }
      let texts = Set(before.map(\.text))
      reworded += after.filter { !texts.contains($0.text) }.map { Place($0, new) }
    }
  }

  private mutating func compare(
    _ side: Side, _ boxes: [RuleBox], _ entry: ExplainedPlan.Entry?, with others: [RuleBox],
    of other: ExplainedPlan.Entry?
  ) {
    guard let entry else { return }
    let known = Set(others.map(\.key))
    let rules = others.map(\.rule)
    for box in boxes where !known.contains(box.key) {
      let close = others.filter { !box.isApart(from: $0) }
      var search = WitnessSearch(box, apartFrom: close) { witness in
        box.rule.isWanted(witness)
          && close.allSatisfy {
            $0.rule.isRefused(witness) && !$0.rule.isWantedByReference(witness)
          }
      }
      let event = box.rule.rule.event
      let place = Place(box.rule, entry)
      switch search.run() {
      case .none: continue
      case .undecided(let filters):
        doubts.append(
          Doubt(side: side, policy: entry.name, event: event, rule: place, filters: filters))
      case .found(let witness):
        let nearest = rules.nearest(to: witness, at: box.rule.number)
        changes.append(
          Change(
            side: side, policy: entry.name, event: event, witness: witness, rule: place,
            nearest: nearest.flatMap { rule in other.map { Place(rule, $0) } },
            reasons: nearest?.reasons(against: witness) ?? []))
      }
    }
  }

  /// Marks what depends on memory as undecided where the scopes that are remembered differ.
  ///
  /// What a scope with `follow` remembers is compared for a process that matched nothing before.
  private mutating func doubtMemory(
    _ side: Side, _ rules: [ExplainedRule], _ entry: ExplainedPlan.Entry?,
    besides others: [ExplainedRule]
  ) {
    guard let entry, let first = rules.first(where: { $0.rule.followed != nil }),
      Set(rules.map(\.followedKey)) != Set(others.map(\.followedKey)), !others.isEmpty,
      !changes.contains(where: {
        $0.side == side && $0.policy == entry.name && $0.event == first.rule.event
      })
    else { return }
    doubts.append(
      Doubt(
        side: side, policy: entry.name, event: first.rule.event, rule: Place(first, entry),
        filters: ["follow"]))
  }

  private mutating func findFallen(_ before: [String: ExplainedPlan.Entry], _ new: ExplainedPlan) {
    for entry in new.entries {
      let known = Set(
        (before[entry.name]?.rules ?? []).flatMap(\.clauses).filter { $0.place != .kernel }
          .map(\.words))
      var told: Set<[String]> = []
      for rule in entry.rules {
        for clause in rule.clauses {
          guard case .userSpace(let reason) = clause.place, !known.contains(clause.words),
            told.insert(clause.words).inserted
          else { continue }
          fallen.append(
            FallenFilter(
              rule: Place(rule, entry), words: clause.words.joined(separator: " and "),
              reason: reason))
        }
      }
    }
  }
}

extension PolicyDifference.Place {
  fileprivate init(_ rule: ExplainedRule, _ entry: ExplainedPlan.Entry) {
    self.init(policy: entry.name, rule: rule.number, source: entry.source, line: rule.line)
  }
}

extension ExplainedRule {
  /// What is remembered of it, apart from other rules.
  fileprivate var followedKey: Set<RuleKey.Part> { RuleKey(self, onlyFollowed: true).parts }

  /// Its filters as they are written.
  fileprivate var text: [[String]] { clauses.map(\.words) }

  /// Whether it certainly wants a witness, as it is written and as the reference has it.
  fileprivate func isWanted(_ witness: PacketWitness) -> Bool {
    verdict(witness.packet, witness.owner) == .yes && isWantedByReference(witness)
  }

  /// Whether the reference says that it wants a witness.
  fileprivate func isWantedByReference(_ witness: PacketWitness) -> Bool {
    ReferenceMatcher.matches(rule, owner: witness.owner?.owner, packet: witness.packet.packet)
  }

  /// Whether it certainly does not want a witness of a process that matched no scope before, as it is written.
  fileprivate func isRefused(_ witness: PacketWitness) -> Bool {
    verdict(witness.packet, witness.owner, remembered: false) == .no
  }

  /// The clauses that a witness does not meet, as `explain` shows them.
  fileprivate func reasons(against witness: PacketWitness) -> [String] {
    answers(to: witness).filter { $0.verdict == .no }.map(\.text)
  }

  fileprivate func answers(to witness: PacketWitness) -> [ExplainedMatch.Answer] {
    clauses.map {
      ExplainedMatch.Answer($0, witness.packet, witness.owner, remembered: false)
    }
  }
}

extension [ExplainedRule] {
  /// The rule that has the least against a witness; of very many only those at the place of the other set's rule are looked at.
  fileprivate func nearest(to witness: PacketWitness, at number: Int) -> ExplainedRule? {
    var (nearest, least): (ExplainedRule?, Int) = (nil, .max)
    let isLong = count > 64
    for rule in self where !isLong || rule.number == number {
      let count = rule.answers(to: witness).count { $0.verdict == .no }
      if count < least { (nearest, least) = (rule, count) }
    }
    return nearest ?? first
  }
}
