/// A policy whose words are understood: what a linter looks at, and what a plan is made of.
public struct CheckedPolicy: Equatable, Sendable {
  /// A rule whose words are understood.
  public struct Rule: Equatable, Sendable {
    /// As it is written.
    public var document: PolicyDocument.Rule
    /// The events that it wants, exclusions of the policy taken away, in order of their numbers.
    public var events: [EventKind]
    /// Its filters without those that had findings.
    public var filters: [CheckedFilter]
  }

  /// As it is written.
  public var document: PolicyDocument
  /// Its scope without the expressions that had findings.
  public var scope: [CheckedFilter]
  /// Its rules, in order.
  public var rules: [Rule]

  /// Whether its scope says `follow`.
  public var follows: Bool { scope.contains { $0.target == .follow } }
}

extension CheckedPolicy {
  /// The policy's part of a plan, where it has an index: a rule for each event of each of its rules.
  public func expanded(policy index: Int) -> [Rule.Expanded] {
    rules.flatMap { rule in
      rule.events.map {
        var expanded = Rule.Expanded(
          policy: index, event: $0, scope: follows ? [] : scope, filters: rule.filters)
        if follows {
          expanded.followed =
            Rule.Expanded(policy: index, event: $0, scope: scope, filters: []).scope
        }
        return expanded
      }
    }
  }
}

extension CheckedPolicy.Rule {
  /// A rule of a plan.
  public typealias Expanded = Policy.Rule
}

extension Rule {
  /// Makes a rule of filters: the scope's clauses first, then the owner's clauses of the rule's own filters.
  init(policy: Int, event: EventKind, scope: [CheckedFilter], filters: [CheckedFilter]) {
    self.init(policy: policy, event: event)
    for (target, condition) in scope.merged + filters.merged {
      switch target {
      case .owner(let field): self.scope.append(Clause(field, condition))
      case .packet(let field, _): self.filters.append(Clause(field, condition))
      case .everything, .follow: break
      }
    }
  }
}
