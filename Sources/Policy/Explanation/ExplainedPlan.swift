/// What became of every word of the policies: rules with their bits, clauses with the place where they are decided.
public struct ExplainedPlan: Equatable, Sendable {
  /// A policy that has rules.
  public struct Entry: Equatable, Sendable {
    /// Its name; empty for a policy without a file.
    public var name: String
    /// Its file, and the line of its name.
    public var source: String
    /// Counted from 1.
    public var line: Int
    /// Its rules, one for each event, in order of their bits.
    public var rules: [ExplainedRule]
  }

  /// A table of the kernel.
  public struct Table: Equatable, Sendable {
    /// Its name, which is that of its map.
    public var name: String
    /// One line about what it tells.
    public var summary: String
    /// How many entries it has.
    public var entries: Int
    /// The kernel's memory for it in bytes, as the kernel itself accounts for it.
    public var bytes: Int

    /// Makes a table.
    public init(_ name: String, _ summary: String, entries: Int, bytes: Int) {
      self.name = name
      self.summary = summary
      self.entries = entries
      self.bytes = bytes
    }
  }

  /// The policies in load order.
  public var entries: [Entry]
  /// The tables that the plan needs; empty until they are made.
  public var tables: [Table] = []

  /// Explains policies that were found to be right.
  ///
  /// - Returns: nil when they have no plan.
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

/// A rule of a plan, as a person wrote it.
public struct ExplainedRule: Equatable, Sendable {
  /// Its place in every row of the kernel's tables.
  public var bit: Int
  /// As the plan has it.
  public var rule: PlanRule
  /// Its place among the rules of its policy, from 1: rules of one place differ only in their events.
  public var number = 0
  /// Where it begins in the policy's file, from 1.
  public var line = 0
  /// What must hold: the policy's scope first, then the rule's filters, one for each key.
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
    line = checked?.document.selections[feed.selection].value.range.start.line ?? 0
    let filters = checked?.selections.rules[feed.selection].filters ?? []
    clauses = policy.scope.explained(policy.follows ? .follow : .scope) + filters.explained(.rule)
  }

  init(bit: Int, rule: PlanRule) {
    self.bit = bit
    self.rule = rule
  }
}

/// What the expressions of one key say together, and where that is decided.
public struct ExplainedClause: Equatable, Sendable {
  /// Where the expressions stand.
  public enum Origin: String, Equatable, Sendable {
    /// In the policy's scope.
    case scope
    /// In a scope that says `follow`: they must hold, or have held once.
    case follow
    /// Among the rule's filters.
    case rule = "filters"
  }

  /// What is asked, and about what.
  public enum Question: Equatable, Sendable {
    case owner(Clause<OwnerField>)
    case packet(Clause<PacketField>)
    case element(ElementClause)
  }

  /// Where the expressions stand.
  public var origin: Origin
  /// The expressions as written.
  public var words: [String]
  /// What is asked.
  public var question: Question
  /// What the key takes; nil for bare words.
  public var type: FieldType?
  /// Keys of the kernel's tries that it needs by itself; 0 until tables are made.
  public var entries = 0

  /// The condition that must hold.
  public var condition: Condition {
    switch question {
    case .owner(let clause): clause.condition
    case .packet(let clause): clause.condition
    case .element: Condition()
    }
  }

  /// Where it is decided.
  public var place: DecisionPlace {
    switch question {
    case _ where origin == .follow: .followed
    case .owner(let clause): clause.decisionPlace
    case .packet(let clause): clause.decisionPlace
    case .element: .ofElements
    }
  }

  /// How many sets of values it tells apart: values of one set are all met, or none is.
  public var regions: Int { condition.regions(upTo: type.map(\.largest) ?? 1) }
}

extension [CheckedFilter] {
  /// One clause for each key, as ``CheckedPolicy/expanded(policy:)`` makes them: those about owners first.
  fileprivate func explained(_ origin: ExplainedClause.Origin) -> [ExplainedClause] {
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
        origin: origin, words: filters.map(\.expression.source.text), question: question,
        type: filters.first?.type)
    }
    return clauses.filter(\.asksOwner) + clauses.filter { !$0.asksOwner }
  }
}

extension ExplainedClause {
  var asksOwner: Bool { if case .owner = question { true } else { false } }
}

extension Condition {
  /// How many sets of values it tells apart.
  ///
  /// - Parameter largest: the largest number that there is.
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
  /// The largest number that a value can be.
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
