// SPDX-License-Identifier: Apache-2.0

/// The codes of findings about signatures and lists.
extension LintRule {
  static let unknownList = LintRule(
    "unknown-list", .error, "A list that a filter names is under `lists`",
    rationale: """
      `@name` in a filter stands for the values of a file that the document names under `lists`. A \
      value that begins with @ and is no list is put in quotes.
      """,
    good: [Example.policy(scope: "['comm=\"@nginx\"']")],
    bad: [Example.policy(filters: "[data.dst=@bad-addresses]")])

  static let signatureCircle = LintRule(
    "signature-circle", .error, "No signature takes its own findings, not even by way of others",
    rationale: """
      A signature can select the findings of another one as events. If those come from it in turn, a \
      finding would give the next one without an end.
      """,
    good: [
      Example.selected(
        Example.signature("a", event: "b") + "---\n" + Example.signature("b"), by: "a")
    ],
    bad: [
      Example.selected(
        Example.signature("a", event: "b") + "---\n" + Example.signature("b", event: "a"), by: "a")
    ])

  static let unusedSignature = LintRule(
    "unused-signature", .warning, "A policy selects each signature",
    rationale: """
      A signature watches nothing by itself: a policy selects it as an event, and says by its scope whose \
      events it gets.
      """,
    good: [Example.selected(Example.signature("scan"), by: "scan")],
    bad: [Example.signature("scan") + "---\n" + Example.policy()])

  static let unreachableThreshold = LintRule(
    "unreachable-threshold", .error, "Some number meets the condition of a correlation",
    rationale: """
      A count includes the event that is looked at, so it is never 0; and bounds that exclude each other \
      leave no number at all.
      """,
    good: [Example.counted("{ gte: 5, lt: 100 }")],
    bad: [Example.counted("{ lt: 1 }"), Example.counted("{ gt: 5, lt: 3 }")])

  static let uselessThreshold = LintRule(
    "useless-threshold", .warning, "The condition of a correlation is not met by every event",
    rationale:
      "A count is at least 1, so each event would be a finding, with or without the correlation.",
    good: [Example.counted("{ gte: 2 }")], bad: [Example.counted("{ gte: 1 }")])

  static let beyondBounds = LintRule(
    "beyond-bounds", .error, "What a signature has to remember fits its bounds",
    rationale: """
      Of each key only so many values and gaps are remembered, so that nobody can fill the tracer's memory. A \
      condition that needs more is never met. The bound on values can be raised in the document.
      """,
    good: [Example.counted("{ field: data.dst_port, gte: 1000 }", type: "value_count")],
    bad: [Example.counted("{ field: data.dst_port, gte: 2000 }", type: "value_count")])
}

extension Example {
  /// A signature of one selection.
  static func signature(
    _ name: String, event: String = "net_packet_tcp", correlation: String = ""
  ) -> String {
    """
    type: signature
    name: \(name)
    selections:
      seen: { event: \(event) }
    \(correlation)
    """
  }

  /// A signature that counts within a minute, and a policy that selects it.
  static func counted(_ condition: String, type: String = "event_count") -> String {
    let correlation = """
      correlation:
        type: \(type)
        timespan: 60s
        condition: \(condition)

      """
    return selected(signature("scan", correlation: correlation), by: "scan")
  }

  /// Documents, and a policy that selects a signature.
  static func selected(_ documents: String, by event: String) -> String {
    documents + "\n---\n" + policy(event: event)
  }
}
