// SPDX-License-Identifier: Apache-2.0

/// Renders findings as workflow commands, which GitHub Actions turns into annotations of the files.
///
/// Source: GitHub Docs, "Workflow commands for GitHub Actions".
public enum GitHubRenderer {
  /// Returns one command for each finding, each with a line break.
  public static func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { command($0) + "\n" }.joined()
  }

  private static func command(_ diagnostic: Diagnostic) -> String {
    command(
      name(diagnostic.severity), source: diagnostic.source, range: diagnostic.range,
      title: diagnostic.code,
      message: ([diagnostic.message] + [diagnostic.help].compactMap { $0 })
        .joined(separator: "; "))
  }

  /// One command, without a line break at its end.
  static func command(
    _ name: String, source: String, range: SourceRange?, title: String, message: String
  ) -> String {
    var properties = [("file", source)]
    if let range {
      properties += [
        ("line", String(range.start.line)), ("endLine", String(range.end.line)),
        ("col", String(range.start.column)),
      ]
      // The end column of a command is inclusive, and only allowed on the same line.
      if range.start.line == range.end.line {
        properties.append(("endColumn", String(max(range.end.column - 1, range.start.column))))
      }
    }
    properties.append(("title", title))
    let list = properties.map { "\($0)=\(escaped($1, ",:"))" }.joined(separator: ",")
    return "::\(name) \(list)::\(escaped(message, ""))"
  }

  private static func name(_ severity: Diagnostic.Severity) -> String {
    switch severity {
    case .error: "error"
    case .warning: "warning"
    case .note: "notice"
    }
  }

  private static func escaped(_ text: String, _ others: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      if "%\r\n".unicodeScalars.contains(scalar) || others.unicodeScalars.contains(scalar) {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        escaped += "%" + (digits.count < 2 ? "0" : "") + digits
      } else {
        escaped.unicodeScalars.append(Visible.scalar(scalar))
      }
    }
  }
}
