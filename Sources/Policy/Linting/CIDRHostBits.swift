// SPDX-License-Identifier: Apache-2.0

/// Finds address prefixes with bits set after their length.
enum CIDRHostBits {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.flatMap { filter in
      guard filter.type == .address else { return [Diagnostic]() }
      return filter.values.filter { $0.word.text.utf8.contains(UInt8(ascii: "/")) }.compactMap {
        value in
        (try? AddressSet(value.word.text))?.maskedPrefix
          .map { .hostBits(filter, value.word, $0) }
      }
    }
  }
}

extension LintRule {
  static let cidrHostBits = LintRule(
    "cidr-host-bits", .warning, "A prefix has no bits set after its length",
    rationale: """
      `10.1.2.3/8` is the same as `10.0.0.0/8`, which is sixteen million addresses. Either the \
      length is wrong, or the address was copied from an interface.
      """,
    good: [
      Example.policy(filters: "[data.dst=10.0.0.0/8]"),
      Example.policy(filters: "[data.dst=10.1.2.3/32]"),
    ],
    bad: [
      Example.policy(filters: "[data.dst=10.1.2.3/8]"),
      Example.policy(filters: "[\"data.dst=fe80::1/10\"]"),
    ], isFixable: true)
}

extension Diagnostic {
  fileprivate static func hostBits(
    _ filter: CheckedFilter, _ word: FilterExpression.Word, _ masked: String
  ) -> Self {
    let source = filter.expression.source
    return Self(
      .cidrHostBits,
      "`\(word.text)` has bits set after the prefix: it means `\(masked)`",
      source: source.source, range: word.range, help: "write `\(masked)`",
      fix: source.verbatimStart.map { _ in Fix(range: word.range, replacement: masked) })
  }
}
