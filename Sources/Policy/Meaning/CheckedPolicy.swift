// SPDX-License-Identifier: Apache-2.0

/// A policy whose words have been looked up, which the linter checks and from which a plan is made.
public struct CheckedPolicy: Equatable, Sendable {
  /// A rule whose words have been looked up.
  public struct Rule: Equatable, Sendable {
    /// The rule as its file has it, with the place of each of its words.
    public var document: PolicyDocument.Rule
    /// The events that the rule selects, minus the policy's exclusions, in order of their numbers.
    public var events: [EventKind]
    /// The filters of the rule, except those with errors.
    public var filters: [CheckedFilter]
  }

  /// The policy as its file has it, with the place of each of its words.
  public var document: PolicyDocument
  /// The expressions of the scope, except those with errors.
  public var scope: [CheckedFilter]
  /// The rules of the policy, in the order in which they are written.
  public var rules: [Rule]

  /// Whether the scope contains `follow`.
  public var follows: Bool { scope.contains { $0.target == .follow } }
}

extension CheckedPolicy {
  /// Returns the policy's part of a plan: one rule for each event of each of its rules.
  ///
  /// - Parameter index: the index of the policy in the plan.
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
  /// Creates a rule from filters: the clauses of the scope first, then those of the rule's filters on the owner.
  init(policy: Int, event: EventKind, scope: [CheckedFilter], filters: [CheckedFilter]) {
    self.init(
      policy: policy, event: event, scope: scope.ownerClauses + filters.ownerClauses,
      filters: filters.packetClauses)
  }
}

extension [CheckedFilter] {
  /// The clauses on the owner, one for each key.
  fileprivate var ownerClauses: [Clause<OwnerField>] {
    merged.compactMap { target, condition in
      if case .owner(let field) = target { Clause(field, condition) } else { nil }
    }
  }

  /// The clauses on the packet, one for each key.
  fileprivate var packetClauses: [Clause<PacketField>] {
    merged.compactMap { target, condition in
      if case .packet(let field, _) = target { Clause(field, condition) } else { nil }
    }
  }
}
