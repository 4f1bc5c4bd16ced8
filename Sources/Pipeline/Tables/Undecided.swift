// SPDX-License-Identifier: Apache-2.0

public import Policy

/// What of one rule no table of the kernel decides.
///
/// The kernel leaves the rule's bit set as if they held; user space asks about them, packet by packet.
public struct Undecided: Equatable, Sendable {
  /// The clauses of the rule's scope that the kernel does not decide.
  public var scope: [Clause<OwnerField>]
  /// The clauses of the rule's filters that the kernel does not decide.
  public var filters: [Clause<PacketField>]
  /// The rule, when its policy's scope says `follow`; else nil.
  public var following: PlanRule?

  /// Makes what is left of one rule; nothing by default.
  public init(
    scope: [Clause<OwnerField>] = [], filters: [Clause<PacketField>] = [],
    following: PlanRule? = nil
  ) {
    self.scope = scope
    self.filters = filters
    self.following = following
  }

  /// How many clauses are left.
  public var count: Int { scope.count + filters.count + (following?.followed?.count ?? 0) }

  /// Whether the kernel decides all of the rule.
  public var isEmpty: Bool { scope.isEmpty && filters.isEmpty && following == nil }

  /// Whether a question is left that only a table of all processes answers: who descends from whom, and who once matched.
  var asksForProcesses: Bool { following != nil || scope.contains { $0.field == .tree } }
}
