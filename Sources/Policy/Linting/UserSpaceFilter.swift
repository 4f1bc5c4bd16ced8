// SPDX-License-Identifier: Apache-2.0

/// Finds filters that the kernel's tables cannot decide.
enum UserSpaceFilter {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.compactMap { filter in
      filter.reasonForUserSpace.map { .userSpace(filter.expression, $0) }
    }
  }
}

extension CheckedFilter {
  /// Why the kernel cannot decide the filter; nil if it can.
  fileprivate var reasonForUserSpace: String? {
    let place =
      switch target {
      case .everything: DecisionPlace.kernel
      case .follow: DecisionPlace.followed
      case .packet(let field, _): condition.decisionPlace(of: field)
      case .owner(let field): condition.decisionPlace(of: field)
      }
    return if case .userSpace(let reason) = place { reason } else { nil }
  }
}

extension LintRule {
  static let userSpaceFilter = LintRule(
    "user-space-filter", .note, "A filter can be decided in the kernel",
    rationale: """
      The kernel has tables for addresses, ports, the direction, numbers in headers, and what it \
      knows about owners; it matches texts from their start. Every other filter is decided in \
      user space, so each packet that meets the other filters is sent there first. The result is \
      the same, but costs more.
      """,
    good: [Example.policy(scope: "[\"comm=ngi*\"]")],
    bad: [Example.policy(scope: "[\"comm=*nx\"]")])
}

extension Diagnostic {
  fileprivate static func userSpace(_ expression: FilterExpression, _ reason: String) -> Self {
    Self(
      .userSpaceFilter,
      "this filter is decided in user space: \(reason)",
      at: expression.source)
  }
}
