public import Policy

/// The clauses of one rule that no table of the kernel decides.
///
/// The kernel leaves the rule's bit set as if they held; user space asks about them, packet by packet.
public struct Undecided: Equatable, Sendable {
  /// Of the rule's scope.
  public var scope: [Clause<OwnerField>]
  /// Of the rule's filters.
  public var filters: [Clause<PacketField>]

  /// Makes the clauses of one rule; none by default.
  public init(scope: [Clause<OwnerField>] = [], filters: [Clause<PacketField>] = []) {
    self.scope = scope
    self.filters = filters
  }

  /// Whether the kernel decides all of the rule.
  public var isEmpty: Bool { scope.isEmpty && filters.isEmpty }

  /// Whether all of them hold.
  func hold(owner: Owner?, packet: Packet) -> Bool {
    ReferenceMatcher.matches(scope, owner: owner)
      && filters.allSatisfy { clause in
        ReferenceMatcher.matches(clause.condition, packet.fields[clause.field] ?? [])
      }
  }
}
