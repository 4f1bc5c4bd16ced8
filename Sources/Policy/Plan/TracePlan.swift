/// What to trace: the policies of all files, expanded to numbered rules.
///
/// Strings of policy files stop before this value: everything in it is typed and checked.
public struct TracePlan: Equatable, Sendable {
  /// The names of the policies in load order, which is their order in `matchedPolicies`.
  public var policies: [String]

  /// The rules; the index of a rule is its bit in every row.
  ///
  /// At most ``ruleLimit``. Rules of one policy stand together, and policies in load order.
  public var rules: [Rule]

  /// The most rules that a plan can hold.
  public static let ruleLimit = 1024

  /// Makes a plan of policies in load order and of rules that refer to them by index.
  public init(policies: [String], rules: [Rule]) {
    self.policies = policies
    self.rules = rules
  }
}

/// One event that one policy wants, and under which conditions: all of them must hold.
public struct Rule: Equatable, Sendable {
  /// The index of the policy in ``TracePlan/policies``.
  public var policy: Int

  /// The event that the rule wants.
  public var event: EventKind

  /// Conditions on the owner of the packet's socket, from the policy's `scope` and the rule's `filters`.
  ///
  /// Empty: every packet, also one without an owner. Not empty: a packet without an owner never matches.
  public var scope: [Clause<OwnerField>]

  /// Conditions on the packet, from the rule's `filters`.
  public var filters: [Clause<PacketField>]

  /// Makes a rule.
  public init(
    policy: Int, event: EventKind, scope: [Clause<OwnerField>] = [],
    filters: [Clause<PacketField>] = []
  ) {
    self.policy = policy
    self.event = event
    self.scope = scope
    self.filters = filters
  }
}

/// A condition on one field. A list of clauses holds at most one clause for each field.
public struct Clause<Field: Hashable & Sendable>: Equatable, Sendable {
  /// What is compared.
  public var field: Field
  /// What it is compared with.
  public var condition: Condition

  /// Makes a clause.
  public init(_ field: Field, _ condition: Condition) {
    self.field = field
    self.condition = condition
  }
}
