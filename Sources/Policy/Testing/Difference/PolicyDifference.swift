// SPDX-License-Identifier: Apache-2.0

/// The difference of two sets of policies: the events that the new set gains and loses, each with a packet that shows it.
///
/// Source: `docs/testing.md`.
public struct PolicyDifference: Equatable, Sendable {
  /// Which of the two sets reports something that the other does not.
  public enum Side: String, CaseIterable, Sendable {
    case gained, lost
  }

  /// A rule of one of the sets, and its place in a file.
  public struct Place: Equatable, Sendable {
    /// The name of the policy.
    public var policy: String
    /// The number of the rule in its policy, counted from 1.
    public var rule: Int
    /// The name of the file.
    public var source: String
    /// The line where the rule begins, counted from 1.
    public var line: Int
  }

  /// Packets that one rule of a set reports and the other set does not.
  public struct Change: Equatable, Sendable {
    /// Whether the packets are gained or lost.
    public var side: Side
    /// The name of the policy.
    public var policy: String
    /// The event that the packets give.
    public var event: EventKind
    /// One of the packets, and its owner.
    public var witness: PacketWitness
    /// The rule that reports the packets.
    public var rule: Place
    /// The rule of the other set that comes nearest; nil when the other set has no rule for the event.
    public var nearest: Place?
    /// The clauses of the nearest rule that the witness does not meet, as `explain` prints them.
    public var reasons: [String]
  }

  /// A rule that may report packets that the other set does not.
  public struct Doubt: Equatable, Sendable {
    /// Whether the packets would be gained or lost.
    public var side: Side
    /// The name of the policy.
    public var policy: String
    /// The event that the packets would give.
    public var event: EventKind
    /// The rule that may report them.
    public var rule: Place
    /// The filters that make it impossible to decide.
    public var filters: [String]
  }

  /// The cost of a set.
  public struct Cost: Equatable, Sendable {
    /// The number of rules.
    public var rules: Int
    /// The memory of the kernel's tables in bytes.
    public var bytes: Int
    /// The number of filters that user space decides.
    public var userSpaceFilters: Int

    /// Creates the cost of a set.
    public init(rules: Int, bytes: Int, userSpaceFilters: Int) {
      self.rules = rules
      self.bytes = bytes
      self.userSpaceFilters = userSpaceFilters
    }
  }

  /// A filter of the new set that user space decides, and that it did not decide in the old set.
  public struct FallenFilter: Equatable, Sendable {
    /// The rule that has the filter.
    public var rule: Place
    /// The expressions of the filter.
    public var words: String
    /// Why the kernel does not decide it.
    public var reason: String
  }

  /// A signature that a policy watches for in only one of the sets, or whose text or filters differ.
  public struct SignatureChange: Equatable, Sendable {
    /// How it differs: of one that is in both sets it is not known what it finds more, or less.
    public enum Kind: String, Sendable {
      case gained, lost, changed
    }

    /// How it differs.
    public var kind: Kind
    /// The name of the policy.
    public var policy: String
    /// The name of the signature.
    public var signature: String
  }

  /// The names of the policies that only the new set has.
  public private(set) var added: [String] = []
  /// The names of the policies that only the old set has.
  public private(set) var removed: [String] = []
  /// The events that are gained and lost, by policy and event.
  public private(set) var changes: [Change] = []
  /// The signatures whose findings may differ, by policy.
  public private(set) var signatures: [SignatureChange] = []
  /// The rules about which it is not decided whether they report something that the other set does not.
  public private(set) var doubts: [Doubt] = []
  /// The rules of the new set whose text changed and whose meaning did not.
  public private(set) var reworded: [Place] = []
  /// The filters that the kernel decided or did not have to decide before, and that user space decides now.
  public private(set) var fallen: [FallenFilter] = []
  /// What differs in the packets of a capture; nil when none was compared.
  public var capture: CaptureDifference?
  /// The costs of the old and the new set; nil until they are set.
  public var cost: (old: Cost, new: Cost)? {
    get { costs.map { ($0[0], $0[1]) } }
    set { costs = newValue.map { [$0.old, $0.new] } }
  }
  private var costs: [Cost]?

  /// Whether the sets certainly report the same.
  public var isNothing: Bool { changes.isEmpty && doubts.isEmpty && signatures.isEmpty }

  /// Returns whether something is gained or lost, or a signature may find more or less.
  public func has(_ side: Side) -> Bool {
    changes.contains { $0.side == side }
      || signatures.contains { $0.kind == .changed || $0.kind.rawValue == side.rawValue }
  }

  /// Compares the signatures that the policies of two plans watch for.
  ///
  /// Two signatures are the same while what they say is; packets that would show a difference are not looked for.
  public mutating func addSignatures(from old: TracePlan, to new: TracePlan) {
    let policies = old.policies + new.policies.filter { !old.policies.contains($0) }
    for policy in policies {
      let (before, after) = (old.watches(of: policy), new.watches(of: policy))
      var names: [String] = []
      for name in (before + after).map(\.signature.name) where !names.contains(name) {
        names.append(name)
      }
      for name in names {
        let (first, second) = (
          before.filter { $0.signature.name == name }, after.filter { $0.signature.name == name }
        )
        let scopesDiffer = old.scopes(of: name, in: policy) != new.scopes(of: name, in: policy)
        let kind: SignatureChange.Kind
        if first.isEmpty {
          kind = .gained
        } else if second.isEmpty {
          kind = .lost
        } else if first.map(\.words) != second.map(\.words) || scopesDiffer {
          kind = .changed
        } else {
          continue
        }
        signatures.append(SignatureChange(kind: kind, policy: policy, signature: name))
      }
    }
  }

  /// Compares two sets, policy by policy; policies of the same name are compared with each other.
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
      let before = (old?.ownRules ?? []).filter { $0.rule.event == event }
      let after = (new?.ownRules ?? []).filter { $0.rule.event == event }
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
      // Another value of a field that user space decided for the same reason is none that the kernel decided.
      let known = Set(
        (before[entry.name]?.rules ?? []).flatMap(\.clauses).compactMap(\.undecidedField))
      var told: Set<[String]> = []
      for rule in entry.rules {
        for clause in rule.clauses {
          guard case .userSpace(let reason) = clause.place, let field = clause.undecidedField,
            !known.contains(field), told.insert(clause.words).inserted
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

extension ExplainedClause {
  /// The fields of a clause that the kernel does not decide, and why it does not; nil for one that it decides.
  fileprivate var undecidedField: [String]? {
    guard case .userSpace(let reason) = place else { return nil }
    return words.map { String($0.prefix { !"=!<>|".contains($0) }) } + ["\(reason)"]
  }
}

extension PolicyDifference.Place {
  fileprivate init(_ rule: ExplainedRule, _ entry: ExplainedPlan.Entry) {
    self.init(policy: entry.name, rule: rule.number, source: entry.source, line: rule.line)
  }
}

extension ExplainedRule {
  /// The clauses of a scope with `follow`, as a key.
  fileprivate var followedKey: Set<RuleKey.Part> { RuleKey(self, onlyFollowed: true).parts }

  /// The filters as they are written.
  fileprivate var text: [[String]] { clauses.map(\.words) }

  /// Returns whether the rule certainly wants a witness, by `explain` and by the reference.
  fileprivate func isWanted(_ witness: PacketWitness) -> Bool {
    verdict(witness.packet, witness.owner) == .yes && isWantedByReference(witness)
  }

  /// Returns whether the rule wants a witness by the reference.
  fileprivate func isWantedByReference(_ witness: PacketWitness) -> Bool {
    ReferenceMatcher.matches(rule, owner: witness.owner?.owner, packet: witness.packet.packet)
  }

  /// Whether it certainly does not want a witness of a process that matched no scope before, as it is written.
  fileprivate func isRefused(_ witness: PacketWitness) -> Bool {
    verdict(witness.packet, witness.owner, remembered: false) == .no
  }

  /// Returns the clauses that a witness does not meet, as `explain` prints them.
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
