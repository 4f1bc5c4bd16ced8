// SPDX-License-Identifier: Apache-2.0

import Policy

/// A policy of texts, each on a line of its own, so that findings have the column of the text.
func policy(
  name: String = "p", scope: [String] = ["global"], rules: [(event: String, filters: [String])]
) -> PolicyDocument {
  var line = 0
  func place(_ text: String) -> SourceText {
    line += 1
    let start = SourcePosition(line: line, column: 1, offset: 0)
    let end = SourcePosition(
      line: line, column: 1 + text.unicodeScalars.count, offset: text.utf8.count)
    return SourceText(
      text: text, source: "test", range: SourceRange(start: start, end: end), verbatimStart: start)
  }
  let name = place(name)
  let scope = scope.map(place)
  let rules = rules.map { rule in
    let event = place(rule.event)
    return PolicyDocument.Rule(range: event.range, event: event, filters: rule.filters.map(place))
  }
  return PolicyDocument(
    form: .plain, source: "test", range: name.range, name: name, scope: scope, rules: rules)
}

/// A policy of one scope or one filter of TCP packets.
func policy(scope: String...) -> PolicyDocument {
  policy(scope: scope, rules: [("net_packet_tcp", [])])
}
func policy(filters: String..., event: String = "net_packet_tcp") -> PolicyDocument {
  policy(rules: [(event, filters)])
}

/// The findings of policies, as `code line:column-column message (help)`.
func findings(_ documents: PolicyDocument...) -> [String] {
  PolicyCompiler.compile(documents).diagnostics.map(\.short)
}

extension Diagnostic {
  /// Everything in one line.
  var short: String {
    let place = range.map { "\($0.start.line):\($0.start.column)-\($0.end.column)" } ?? "-"
    let prefix = severity == .error ? "" : "\(severity.rawValue) "
    return "\(prefix)\(code) \(place) \(message)" + (help.map { " (\($0))" } ?? "")
  }
}

/// The single rule of a policy that is right.
func rule(_ document: PolicyDocument) -> PlanRule? {
  let plan = PolicyCompiler.compile([document]).plan
  return plan?.rules.count == 1 ? plan?.rules[0] : nil
}
