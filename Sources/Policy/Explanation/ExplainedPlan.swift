// SPDX-License-Identifier: Apache-2.0

/// An explanation of a plan: the rules with their bits, the clauses with the places where they are decided.
public struct ExplainedPlan: Equatable, Sendable {
  /// A policy that has rules.
  public struct Entry: Equatable, Sendable {
    /// The name of the policy; empty for the command line.
    public var name: String
    /// The name of the file that contains the policy.
    public var source: String
    /// The line of the policy's name, counted from 1.
    public var line: Int
    /// The rules of the policy, one for each event, in order of their bits.
    public var rules: [ExplainedRule]

    /// The rules whose events are the policy's own, without those that only feed signatures.
    public var ownRules: [ExplainedRule] { rules.filter { $0.rule.feed == nil } }
  }

  /// A table in the kernel.
  public struct Table: Equatable, Sendable {
    /// The name of the table's BPF map.
    public var name: String
    /// A short description of the table's contents.
    public var summary: String
    /// The number of entries that the plan has in the kernel's table.
    public var entries: Int
    /// The kernel's memory for the table in bytes, as the kernel accounts for it (`memlock`).
    public var bytes: Int

    /// Creates a description of a table.
    public init(_ name: String, _ summary: String, entries: Int, bytes: Int) {
      self.name = name
      self.summary = summary
      self.entries = entries
      self.bytes = bytes
    }
  }

  /// The policies in load order.
  public var entries: [Entry]
  /// The tables that the plan needs; empty until they are added.
  public var tables: [Table] = []

  /// Explains checked policies; nil if they have no plan.
  public init?(_ checked: CheckedSet) {
    guard let plan = checked.plan else { return nil }
    var rest = plan.rules.enumerated().map { ExplainedRule(bit: $0, rule: $1) }[...]
    entries = checked.policies.map { policy in
      let name = policy.document.name
      var entry = Entry(
        name: name.text, source: name.source, line: name.range.start.line, rules: [])
      for (number, rule) in policy.rules.enumerated() {
        for _ in rule.events {
          guard var explained = rest.popFirst() else {
            preconditionFailure("a plan has a rule for each event of each rule of its policies")
          }
          explained.source = name.source
          explained.number = number + 1
          explained.line = rule.document.range.start.line
          explained.clauses =
            policy.scope.explained(policy.follows ? .follow : .scope)
            + rule.filters.explained(.rule)
          entry.rules.append(explained)
        }
      }
      while let rule = rest.first?.rule, let feed = rule.feed,
        plan.policies[rule.policy] == name.text
      {
        guard var explained = rest.popFirst() else { break }
        let signature = plan.signatures[plan.uses[feed.use].signature]
        explained.explain(
          feed, of: signature, policy,
          checked.signatures.first { $0.document.name.text == signature.name })
        entry.rules.append(explained)
      }
      return entry
    }
  }

  /// All rules, in order of their bits.
  public var rules: [ExplainedRule] { entries.flatMap(\.rules) }
}

/// A rule of a plan, with its place in the policy file.
public struct ExplainedRule: Equatable, Sendable {
  /// The index of the rule's bit in every row of the kernel's tables.
  public var bit: Int
  /// The rule in the plan.
  public var rule: PlanRule
  /// The number of the written rule in its policy, counted from 1; rules with the same number differ only in their
  /// events.
  public var number = 0
  /// The name of the file that contains the written rule: that of its policy, or of the signature that takes its events.
  public var source = ""
  /// The line where the written rule starts, counted from 1.
  public var line = 0
  /// The clauses that must hold, one for each key: those of the policy's scope first, then those of the rule's filters.
  public var clauses: [ExplainedClause] = []
  /// The signature that takes its events, and the name of its selection; nil when they are the policy's own.
  public var signature: (name: String, selection: String)? {
    signatureName.map { ($0, selectionName) }
  }
  private var signatureName: String?
  private var selectionName = ""

  /// Whether two differ only in their events.
  func isLike(_ other: ExplainedRule) -> Bool {
    number == other.number && rule.feed == other.rule.feed
  }

  /// Explains a rule that feeds a signature.
  fileprivate mutating func explain(
    _ feed: PlanRule.Feed, of signature: Signature, _ policy: CheckedPolicy,
    _ checked: CheckedSignature?
  ) {
    signatureName = signature.name
    selectionName = signature.selections[feed.selection].name
    number = feed.selection + 1
    source = checked?.document.source ?? ""
    line = checked?.document.selections[feed.selection].value.range.start.line ?? 0
    let filters = checked?.selections.rules[feed.selection].filters ?? []
    clauses = policy.scope.explained(policy.follows ? .follow : .scope) + filters.explained(.rule)
  }

  init(bit: Int, rule: PlanRule) {
    self.bit = bit
    self.rule = rule
  }
}

/// The clause that the expressions of one key form, and the place where it is decided.
public struct ExplainedClause: Equatable, Sendable {
  /// The part of a policy that contains expressions.
  public enum Origin: String, Equatable, Sendable {
    /// The policy's scope.
    case scope
    /// The scope of a policy with `follow`: the expressions must hold, or have held before.
    case follow
    /// The rule's filters.
    case rule = "filters"
  }

  /// A clause on the owner or on the packet.
  public enum Question: Equatable, Sendable {
    case owner(Clause<OwnerField>)
    case packet(Clause<PacketField>)
    case element(ElementClause)
  }

  /// The part of the policy that contains the expressions.
  public var origin: Origin
  /// The expressions as written, in order.
  public var words: [String]
  /// Where the expressions stand in the policy's file.
  public var places: [SourceRange] = []
  /// The filters that the expressions are.
  var filters: [CheckedFilter] = []
  /// The clause of the plan.
  public var question: Question
  /// The type of the key's values; nil for bare words.
  public var type: FieldType?
  /// The number of keys in the kernel's tries that the clause needs by itself; 0 until tables are added.
  public var entries = 0

  /// The condition of the clause.
  public var condition: Condition {
    switch question {
    case .owner(let clause): clause.condition
    case .packet(let clause): clause.condition
    case .element: Condition()
    }
  }

  /// The place where the clause is decided.
  public var place: DecisionPlace {
    switch question {
    case _ where origin == .follow: .followed
    case .owner(let clause): clause.decisionPlace
    case .packet(let clause): clause.decisionPlace
    case .element: .ofElements
    }
  }

  /// The number of sets of values that the clause distinguishes: it holds for all values of a set or for none.
  public var regions: Int { condition.regions(upTo: type.map(\.largest) ?? 1) }
}

extension [CheckedFilter] {
  /// Returns one clause for each key, as ``CheckedPolicy/expanded(policy:)`` creates them: those on owners first.
  func explained(_ origin: ExplainedClause.Origin) -> [ExplainedClause] {
    let clauses = merged.compactMap { target, condition -> ExplainedClause? in
      let filters = filter { $0.target == target }
      let question: ExplainedClause.Question
      switch target {
      case .everything, .follow, .finding: return nil
      case .owner(let field): question = .owner(Clause(field, condition))
      case .packet(let field, _): question = .packet(Clause(field, condition))
      case .element:
        guard let element = filters.first?.element else { return nil }
        question = .element(element)
      }
      return ExplainedClause(
        origin: origin, words: filters.map(\.expression.source.text),
        places: filters.map(\.expression.source.range), filters: filters, question: question,
        type: filters.first?.type)
    }
    return clauses.filter(\.asksOwner) + clauses.filter { !$0.asksOwner }
  }
}

extension ExplainedClause {
  var asksOwner: Bool { if case .owner = question { true } else { false } }
}

extension Condition {
  /// Returns the number of sets of values that the condition distinguishes.
  ///
  /// - Parameter largest: the largest number that the field can have.
  fileprivate func regions(upTo largest: UInt64) -> Int {
    var ends: Set<IPAddress> = []
    var others: Set<Operand> = []
    for operand in included + excluded {
      switch operand {
      case .numbers(let range):
        ends.insert(IPAddress(high: 0, low: range.lowerBound))
        if range.upperBound < largest { ends.insert(IPAddress(high: 0, low: range.upperBound + 1)) }
      case .addresses(let range):
        ends.insert(range.lowerBound)
        if let next = range.upperBound.next { ends.insert(next) }
      case .text, .member: others.insert(operand)
      }
    }
    for bound in bounds {
      let isFirst = bound.comparison == .less || bound.comparison == .greaterOrEqual
      if isFirst || bound.limit < largest {
        ends.insert(IPAddress(high: 0, low: isFirst ? bound.limit : bound.limit + 1))
      }
    }
    ends.remove(IPAddress(high: 0, low: 0))
    return 1 + ends.count + others.count
  }
}

extension FieldType {
  /// The largest number that a value of the type can be.
  fileprivate var largest: UInt64 {
    switch self {
    case .integer(let maximum), .identifier(let maximum): maximum
    case .enumeration(let enumeration): enumeration.maximum
    case .port: 65535
    case .flag: 1
    case .signedInteger, .address, .text, .name, .path, .executable, .containerID: .max
    }
  }
}
