/// Finds filters that the kernel's tables cannot decide.
enum UserSpaceFilter {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.compactMap { filter in
      filter.reasonForUserSpace.map { .userSpace(filter.expression, $0) }
    }
  }
}

extension CheckedFilter {
  /// Why the kernel cannot decide it; nil when it can.
  fileprivate var reasonForUserSpace: String? {
    let condition = condition
    switch target {
    case .everything, .follow: return nil
    case .packet(let field, _):
      let inTables: [PacketField] = [
        .source, .destination, .sourcePort, .destinationPort, .direction,
      ]
      return inTables.contains(field) ? nil : "the kernel has no table for it"
    case .owner(let field):
      guard let longest = field.longestTextInTable else { return "the kernel has no table for it" }
      let operands = condition.included + condition.excluded
      return operands.lazy.compactMap { $0.reasonForUserSpace(longest) }.first
    }
  }
}

extension OwnerField {
  /// The most bytes of a text that the kernel's table of this field compares, 0 for numbers; nil without a table.
  fileprivate var longestTextInTable: Int? {
    switch self {
    case .userID, .processID, .threadID, .parentProcessID, .namespacedProcessID,
      .namespacedThreadID, .namespacedParentProcessID, .mountNamespace, .pidNamespace,
      .netNamespace, .cgroupID, .container:
      0
    case .comm: 16
    case .cgroup: 252
    default: nil
    }
  }
}

extension Operand {
  fileprivate func reasonForUserSpace(_ longest: Int) -> String? {
    switch self {
    case .numbers, .addresses: nil
    case .member: "the kernel has no table for it"
    case .text(.suffix), .text(.contains): "the kernel's tables are searched from the start of a text"
    case .text(.prefix(let text)) where text.utf8.count > longest,
      .text(.exact(let text)) where text.utf8.count >= longest:
      "the kernel's table holds fewer bytes"
    case .text(.prefix(let text)), .text(.exact(let text)):
      text.utf8.contains(0) ? "in the kernel's table a text ends at a NUL" : nil
    }
  }
}

extension LintRule {
  static let userSpaceFilter = LintRule(
    "user-space-filter", .note, "A filter can be decided in the kernel",
    rationale: """
      The kernel has tables for addresses, ports, the direction, ids, namespaces, comm, cgroup and \
      container, and searches texts from their beginning. Every other filter is decided in user space, so each packet \
      that meets the rest is sent there first. That is right, and costs more.
      """,
    good: [Example.policy(scope: "[\"comm=ngi*\"]")],
    bad: [Example.policy(scope: "[\"comm=*nx\"]")])
}

extension Diagnostic {
  fileprivate static func userSpace(_ expression: FilterExpression, _ reason: String) -> Self {
    Self(
      .note, LintRule.userSpaceFilter.code,
      "this filter is decided in user space: \(reason)",
      source: expression.source.source, range: expression.source.range)
  }
}
