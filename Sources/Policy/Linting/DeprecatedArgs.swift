// SPDX-License-Identifier: Apache-2.0

/// Finds `args.`, the old spelling of `data.`.
enum DeprecatedArgs {
  private static let old = "args."

  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.map(\.expression).filter { $0.key.text.hasPrefix(old) }.map { expression in
      let start = expression.key.range.start
      let end = SourcePosition(
        line: start.line, column: start.column + old.utf8.count,
        offset: start.offset + old.utf8.count)
      let range = SourceRange(start: start, end: end)
      return .deprecatedArgs(expression, expression.source.verbatimStart == nil ? nil : range)
    }
  }
}

extension LintRule {
  static let deprecatedArgs = LintRule(
    "deprecated-args", .warning, "Fields are spelt `data.FIELD`",
    rationale: "`args.FIELD` is the old spelling. It means the same, but may be removed.",
    good: [Example.policy(filters: "[data.dst_port=80]")],
    bad: [Example.policy(filters: "[args.dst_port=80]")], isFixable: true)
}

extension Diagnostic {
  fileprivate static func deprecatedArgs(
    _ expression: FilterExpression, _ range: SourceRange?
  ) -> Self {
    Self(
      .deprecatedArgs, "`args.` is the old spelling of `data.`",
      source: expression.source.source, range: range ?? expression.key.range,
      help: "write `data.\(expression.key.text.dropFirst(5))`",
      fix: range.map { Fix(range: $0, replacement: "data.") })
  }
}
