// SPDX-License-Identifier: Apache-2.0

/// The plan of what to trace: the policies of all files, expanded to numbered rules, typed and checked.
public struct TracePlan: Equatable, Sendable {
  /// The names of the policies in load order, which is their order in `matchedPolicies` of events.
  public var policies: [String]

  /// The rules, at most ``ruleLimit``; the index of a rule is its bit in every row of the kernel's tables.
  ///
  /// Rules are grouped by policy, in load order.
  public var rules: [PlanRule]

  /// The index of the first policy that is only previewed: what it and those after it want is counted, and shown to nobody;
  /// nil when there is none.
  public var previewed: Int?

  /// The labels of policies, by the names of those that have any; events show them where an output asks for it.
  public var labels: [String: [String: String]] = [:]
  /// The annotations of policies, as ``labels``.
  public var annotations: [String: [String: String]] = [:]

  /// The most rules of a plan: `TP_RULES_MAX` of the BPF programs.
  public static let ruleLimit = 1024

  /// The signatures in load order.
  public var signatures: [Signature]

  /// Who watches for which signature: those of one policy stand together, and each has state of its own.
  public var uses: [SignatureUse]

  /// Makes a plan of policies in load order and of rules that refer to them by index.
  public init(
    policies: [String], rules: [PlanRule], signatures: [Signature] = [], uses: [SignatureUse] = []
  ) {
    self.policies = policies
    self.rules = rules
    self.signatures = signatures
    self.uses = uses
  }
}

extension TracePlan {
  /// Whether a policy is only previewed.
  public func isPreviewed(_ policy: Int) -> Bool { previewed.map { policy >= $0 } ?? false }

  /// Whether a rule has a clause on the container or the pod of an owner.
  public var filtersOnContainers: Bool {
    let fields: Set<OwnerField> = [
      .container, .containerID, .containerName, .containerImage, .podName, .podNamespace, .podUID,
    ]
    return rules.contains { rule in
      (rule.scope + (rule.followed ?? [])).contains { fields.contains($0.field) }
    }
  }
}

/// A rule of a plan: one event of one policy, with the conditions that must all hold.
public struct PlanRule: Equatable, Sendable {
  /// The index of the policy in ``TracePlan/policies``.
  public var policy: Int

  /// The event that the rule selects.
  public var event: EventKind

  /// Conditions on the owner of the packet's socket: those of the policy's `scope`, then those of the rule's `filters`.
  ///
  /// If empty, every packet matches, including those without an owner; otherwise a packet without an owner never
  /// matches. A field can have two clauses, one of each origin, which must both hold.
  public var scope: [Clause<OwnerField>]

  /// The clauses of a scope with `follow`, which are then not in ``scope``; nil without `follow`.
  ///
  /// They must hold now, or have held before for the owner or one of its ancestors; ``Owner/followedPolicies`` records
  /// for which policies they have.
  public var followed: [Clause<OwnerField>]?

  /// Conditions on the packet, from the rule's `filters`.
  public var filters: [Clause<PacketField>]

  /// Conditions on single elements of lists, from the rule's `filters`.
  public var elements: [ElementClause]

  /// The selection of a signature that the rule's events are for; nil when they are for the policy itself.
  public var feed: Feed?

  /// A selection of a signature that a policy watches for.
  public struct Feed: Equatable, Hashable, Sendable {
    /// The index in ``TracePlan/uses``.
    public var use: Int
    /// The index in ``Signature/selections``.
    public var selection: Int

    /// Makes a feed.
    public init(use: Int, selection: Int) {
      self.use = use
      self.selection = selection
    }
  }

  /// Makes a rule.
  public init(
    policy: Int, event: EventKind, scope: [Clause<OwnerField>] = [],
    followed: [Clause<OwnerField>]? = nil, filters: [Clause<PacketField>] = [],
    elements: [ElementClause] = [], feed: Feed? = nil
  ) {
    self.policy = policy
    self.event = event
    self.scope = scope
    self.followed = followed
    self.filters = filters
    self.elements = elements
    self.feed = feed
  }
}

/// Conditions on the members of one element of a list, all of which one element must meet, or none may.
public struct ElementClause: Equatable, Sendable {
  /// The key of the list, such as `data.proto_dns.answers`.
  public var list: String
  /// Whether no element may meet the conditions.
  public var isNone: Bool
  /// The conditions, one for each member.
  public var members: [Clause<PacketField>]

  /// Makes a clause.
  public init(list: String, isNone: Bool, members: [Clause<PacketField>]) {
    self.list = list
    self.isNone = isNone
    self.members = members
  }
}

/// A condition on one field.
///
/// The expressions of one origin, the policy's scope or the rule's filters, are one clause for each key. So a list of
/// clauses on owners holds at most two for a field; one on packets holds one, except for fields of members such as
/// headers, where each member is a key.
public struct Clause<Field: Hashable & Sendable>: Equatable, Sendable {
  /// The field whose values are compared.
  public var field: Field
  /// The condition that the field's values must meet.
  public var condition: Condition

  /// Creates a clause from a field and its condition.
  public init(_ field: Field, _ condition: Condition) {
    self.field = field
    self.condition = condition
  }
}
