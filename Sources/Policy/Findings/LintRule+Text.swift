extension LintRule {
  /// What the code stands for, as a section in Markdown.
  public var markdown: String {
    let fix = isFixable ? " `--fix` mends it where there is only one way to." : ""
    return
      "## \(code)\n\n**\(severity.rawValue)**: \(summary).\n\n\(Self.wrapped(rationale + fix))\n"
      + Self.section("Found in:", bad) + Self.section("Not found in:", good)
  }

  /// The documentation of all rules, in Markdown.
  public static func markdown(of rules: [LintRule]) -> String {
    let rows = rules.map {
      "| [`\($0.code)`](#\($0.code)) | \($0.severity.rawValue) | \($0.summary) |"
    }
    return """
      # What the linter says

      Each code never changes its name. `tracee-policy lint --explain CODE` shows the same \
      text. This file is made from the rules themselves.

      | code | severity | what it demands |
      |---|---|---|
      \(rows.joined(separator: "\n"))


      """ + rules.map(\.markdown).joined(separator: "\n")
  }

  private static func section(_ title: String, _ examples: [String]) -> String {
    examples.isEmpty ? "" : "\n\(title)\n" + examples.map(block).joined()
  }

  /// An example between fences; one that is long because it repeats itself is cut.
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
