/// A policy whose words are understood: what a linter looks at, and what a plan is made of.
public struct CheckedPolicy: Equatable, Sendable {
  /// A rule whose words are understood.
  public struct Rule: Equatable, Sendable {
    /// As it is written.
    public var document: PolicyDocument.Rule
    /// The events that it wants, exclusions of the policy taken away, in order of their numbers.
    public var events: [EventKind]
    /// The signatures that it wants, by name, in load order.
    public var signatures: [String] = []
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
  public func expanded(policy index: Int) -> [PlanRule] {
    rules.flatMap { rule in
      rule.events.map { event in
        guard follows else {
          return PlanRule(policy: index, event: event, scope: scope, filters: rule.filters)
        }
        var expanded = PlanRule(policy: index, event: event, scope: [], filters: rule.filters)
        expanded.followed = scope.ownerClauses
        return expanded
      }
    }
  }
}

extension PlanRule {
  /// Makes a rule of filters: the scope's clauses first, then the owner's clauses of the rule's own filters.
  init(policy: Int, event: EventKind, scope: [CheckedFilter], filters: [CheckedFilter]) {
    self.init(
      policy: policy, event: event, scope: scope.ownerClauses + filters.ownerClauses,
      filters: filters.packetClauses, elements: filters.compactMap(\.element))
  }
}

extension [CheckedFilter] {
  /// What they say of the owner, one clause for each key.
  var ownerClauses: [Clause<OwnerField>] {
    merged.compactMap { target, condition in
      if case .owner(let field) = target { Clause(field, condition) } else { nil }
    }
  }

  /// What they say of the packet, one clause for each key.
  var packetClauses: [Clause<PacketField>] {
    merged.compactMap { target, condition in
      if case .packet(let field, _) = target { Clause(field, condition) } else { nil }
    }
  }

  /// What they say of a finding, one clause for each key.
  var findingClauses: [Clause<String>] {
    merged.compactMap { target, condition in
      if case .finding(let name) = target { Clause(name, condition) } else { nil }
    }
  }
}
