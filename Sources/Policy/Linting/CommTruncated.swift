// SPDX-License-Identifier: Apache-2.0

/// Finds task names that are longer than the kernel keeps.
enum CommTruncated {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.flatMap { filter in
      guard case .text(let limit)? = filter.type else { return [Diagnostic]() }
      return filter.values.filter { $0.word.text.starless.utf8.count > limit }
        .map { .truncated(filter, $0.word, limit) }
    }
  }
}

extension LintRule {
  static let commTruncated = LintRule(
    "comm-truncated", .warning, "A task's name is at most 15 bytes long",
    rationale: """
      The kernel keeps 15 bytes of a task's name. Of a longer value only the first 15 bytes are \
      compared, so it also matches other names that begin the same way.
      """,
    good: [Example.policy(scope: "[comm=systemd-resolve]")],
    bad: [Example.policy(scope: "[comm=systemd-resolved]")])
}

extension Diagnostic {
  fileprivate static func truncated(
    _ filter: CheckedFilter, _ word: FilterExpression.Word, _ limit: Int
  ) -> Self {
    Self(
      .commTruncated,
      "only the first \(limit) bytes of `\(word.text)` are compared",
      source: filter.expression.source.source, range: word.range,
      help: "the kernel keeps \(limit) bytes of a task's name")
  }
}
