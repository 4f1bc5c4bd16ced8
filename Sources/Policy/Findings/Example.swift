// SPDX-License-Identifier: Apache-2.0

/// Policies for the examples of lint rules, built around the part that matters.
enum Example {
  /// Returns a policy with one rule.
  static func policy(
    scope: String = "[comm=nginx]", event: String = "net_packet_tcp", filters: String = ""
  ) -> String {
    let filters = filters.isEmpty ? "" : "\n    filters: \(filters)"
    return policy(scope: scope, rules: "  - event: \(event)\(filters)")
  }

  /// Returns a policy with these lines as its rules.
  static func policy(scope: String = "[comm=nginx]", rules: String) -> String {
    """
    type: policy
    name: web
    scope: \(scope)
    rules:
    \(rules)

    """
  }
}
