/// Finds values that the kernel's tables cannot decide.
enum UserSpaceFilter {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.flatMap { filter in
      filter.values.filter { $0.isDecidedInUserSpace }.map { .userSpace(filter, $0.word) }
    }
  }
}

extension CheckedFilter.Value {
  /// Whether it is a text of which the beginning is not known: tables are searched from the beginning.
  fileprivate var isDecidedInUserSpace: Bool {
    guard case .operands(let operands) = meaning else { return false }
    return operands.contains { operand in
      switch operand {
      case .text(.suffix), .text(.contains): true
      default: false
      }
    }
  }
}

extension LintRule {
  static let userSpaceFilter = LintRule(
    "user-space-filter", .note, "A filter can be decided in the kernel",
    rationale: """
      The kernel's tables are searched from the beginning of a text. A value with a star in front is \
      decided in user space, so every packet that meets the other filters is sent there first. That is \
      right, and costs more.
      """,
    good: [Example.policy(scope: "[\"comm=ngi*\"]")],
    bad: [Example.policy(scope: "[\"comm=*nx\"]")])
}

extension Diagnostic {
  fileprivate static func userSpace(
    _ filter: CheckedFilter, _ word: FilterExpression.Word
  ) -> Self {
    Self(
      .note, LintRule.userSpaceFilter.code,
      "`\(word.text)` is decided in user space: tables are searched from the start of a text",
      source: filter.expression.source.source, range: word.range)
  }
}
