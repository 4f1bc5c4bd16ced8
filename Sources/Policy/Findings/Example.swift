/// Policies for the examples of rules, of which only the telling part is written down with the
/// rule.
enum Example {
  /// A policy with one rule.
  static func policy(
    scope: String = "[comm=nginx]", event: String = "net_packet_tcp", filters: String = ""
  ) -> String {
    let filters = filters.isEmpty ? "" : "\n    filters: \(filters)"
    return policy(scope: scope, rules: "  - event: \(event)\(filters)")
  }

  /// A policy with these lines as its rules.
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
