// SPDX-License-Identifier: Apache-2.0

public import Policy

/// Who decides the clauses of a plan.
public enum FilterMode: String, CaseIterable, Sendable {
  /// The kernel all that it can, user space the rest.
  case kernel
  /// User space all of them: the kernel looks only at which events a packet gives.
  ///
  /// Slow. The events are the same.
  case userSpace = "user-space"

  /// Whether the kernel decides a clause whose own place is `place`.
  func decidesInKernel(_ place: DecisionPlace) -> Bool { self == .kernel && place == .kernel }
}

extension Undecided {
  /// Finds the clauses of a rule that the kernel does not decide.
  public init(_ rule: PlanRule, filters mode: FilterMode = .kernel) {
    self.init(
      scope: rule.scope.filter { !mode.decidesInKernel($0.decisionPlace) },
      filters: rule.filters.filter { !mode.decidesInKernel($0.decisionPlace) },
      following: rule.followed == nil ? nil : rule)
  }
}
