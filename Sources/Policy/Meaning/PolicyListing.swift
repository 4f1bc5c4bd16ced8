// SPDX-License-Identifier: Apache-2.0

extension Listing {
  /// Returns the list of policies, with their files, scopes and events.
  public static func policies(_ policies: [CheckedPolicy]) -> Listing {
    func events(_ policy: CheckedPolicy) -> [String] {
      EventKind.allCases.filter { event in policy.rules.contains { $0.events.contains(event) } }
        .map(\.name)
    }
    return Listing(
      columns: ["POLICY", "SCOPE", "RULES", "EVENTS", "FILE"],
      rows: policies.map { policy in
        [
          policy.document.name.text, policy.document.scope.map(\.text).joined(separator: " "),
          String(policy.rules.count), events(policy).joined(separator: ","), policy.document.source,
        ]
      },
      json: .list(
        policies.map { policy in
          [
            "name": .text(policy.document.name.text), "file": .text(policy.document.source),
            "line": .number(policy.document.range.start.line),
            "scope": .list(policy.document.scope.map { .text($0.text) }),
            "rules": .number(policy.rules.count),
            "events": .list(events(policy).map { .text($0) }),
          ]
        }))
  }
}
