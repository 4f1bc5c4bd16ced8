// SPDX-License-Identifier: Apache-2.0

extension LintRule {
  /// The documentation of the rule, as a section of Markdown with its examples.
  public var markdown: String {
    let fix = isFixable ? " `--fix` fixes it where there is only one way to." : ""
    return
      "## \(code)\n\n**\(severity.rawValue)**: \(summary).\n\n\(Self.wrapped(rationale + fix))\n"
      + Self.section("Reported for:", bad) + Self.section("Not reported for:", good)
  }

  /// Returns the documentation of rules as a Markdown document: a table, then a section for each.
  public static func markdown(of rules: [LintRule]) -> String {
    let rows = rules.map {
      "| [`\($0.code)`](#\($0.code)) | \($0.severity.rawValue) | \($0.summary) |"
    }
    return """
      # Lint rules

      Codes never change. `tracee-policy lint --explain CODE` prints the same text. This file is \
      generated from the rules.

      | code | severity | requirement |
      |---|---|---|
      \(rows.joined(separator: "\n"))


      """ + rules.map(\.markdown).joined(separator: "\n")
  }

  private static func section(_ title: String, _ examples: [String]) -> String {
    examples.isEmpty ? "" : "\n\(title)\n" + examples.map(block).joined()
  }

  /// Returns an example between fences; of more than 20 lines only the first 8 are shown.
  private static func block(_ example: String) -> String {
    let lines = example.split(separator: "\n", omittingEmptySubsequences: false)
    let shown = lines.count > 20 ? lines.prefix(8) + ["  …", ""] : lines[...]
    return "\n```yaml\n\(shown.joined(separator: "\n"))```\n"
  }

  private static func wrapped(_ text: String) -> String {
    var lines = [""]
    for word in text.split(separator: " ") {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if line.count + 1 + word.count <= 100 {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }
}
