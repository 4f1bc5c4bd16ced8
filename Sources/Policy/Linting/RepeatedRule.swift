// SPDX-License-Identifier: Apache-2.0

/// Finds rules that another policy has, too.
enum RepeatedRule {
  /// Returns a note for each rule whose events, scope and filters are those of a rule of an earlier policy.
  static func check(_ policies: [CheckedPolicy]) -> [Diagnostic] {
    var first: [Meaning: (policy: Int, rule: PolicyDocument.Rule)] = [:]
    var found: [Diagnostic] = []
    for (index, policy) in policies.enumerated() {
      let isWhole = policy.scope.count == policy.document.scope.count
      for rule in policy.rules where isWhole && rule.filters.count == rule.document.filters.count {
        let meaning = Meaning(
          scope: words(policy.scope), filters: words(rule.filters), events: rule.events)
        if let earlier = first[meaning] {
          guard earlier.policy != index else { continue }
          found.append(
            .repeatedRule(rule.document, earlier.rule, policies[earlier.policy].document.name.text))
        } else if !rule.events.isEmpty {
          first[meaning] = (index, rule.document)
        }
      }
    }
    return found
  }

  /// The meaning of a rule, as far as its words are in the same order.
  private struct Meaning: Hashable {
    var scope: [String]
    var filters: [String]
    var events: [EventKind]
  }

  private static func words(_ filters: [CheckedFilter]) -> [String] {
    filters.map { filter in
      let values = filter.values.map(\.word.text).joined(separator: "\u{0}")
      return "\(filter.expression.key.text)\(filter.expression.comparison?.rawValue ?? "")\(values)"
    }.sorted()
  }
}

extension LintRule {
  static let repeatedRule = LintRule(
    "repeated-rule", .note, "No two policies have the same rule",
    rationale: """
      Two policies match exactly the same packets with this rule. Events then name both, which may \
      be intended; or one of the files is a copy.
      """,
    good: [Example.policy()],
    bad: [
      Example.policy() + "---\n" + Example.policy().replacing("name: web", with: "name: api")
    ])
}

extension Diagnostic {
  fileprivate static func repeatedRule(
    _ rule: PolicyDocument.Rule, _ first: PolicyDocument.Rule, _ name: String
  ) -> Self {
    Self(
      .repeatedRule, "the policy `\(name)` has the same rule", at: rule.event,
      related: [Related(message: "the first one", at: first.event)])
  }
}
