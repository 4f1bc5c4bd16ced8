// SPDX-License-Identifier: Apache-2.0

/// Renders findings as one JSON object, for programs.
///
/// Its members are `findings`, a list in the order of files and places, and `summary`, the counts. A
/// finding has `severity`, `code`, `message`, `file`, `range` (or null), `help` (or null),
/// `related` and `fix` (or null). Lines and columns count from 1, columns in Unicode scalars;
/// `offset` counts bytes from 0; an end is the position after the last character.
public enum JSONRenderer {
  /// Returns the object as JSON text with a final line break.
  ///
  /// - Parameters:
  ///   - files: the number of files that could be read.
  ///   - policies: the number of policies in them.
  public static func render(_ diagnostics: [Diagnostic], files: Int, policies: Int) -> String {
    func count(_ severity: Diagnostic.Severity) -> JSONValue {
      .number(diagnostics.count { $0.severity == severity })
    }
    let report: JSONValue = [
      "findings": .list(diagnostics.map(finding)),
      "summary": [
        "files": .number(files), "policies": .number(policies), "errors": count(.error),
        "warnings": count(.warning), "notes": count(.note),
      ],
    ]
    return report.rendered() + "\n"
  }

  private static func finding(_ diagnostic: Diagnostic) -> JSONValue {
    [
      "severity": .text(diagnostic.severity.rawValue),
      "code": .text(diagnostic.code),
      "message": .text(diagnostic.message),
      "file": .text(diagnostic.source),
      "range": diagnostic.range.map(range) ?? .null,
      "help": diagnostic.help.map { .text($0) } ?? .null,
      "related": .list(diagnostic.related.map(related)),
      "fix": diagnostic.fix.map(fix) ?? .null,
    ]
  }

  private static func related(_ related: Diagnostic.Related) -> JSONValue {
    [
      "message": .text(related.message), "file": .text(related.source),
      "range": range(related.range),
    ]
  }

  private static func fix(_ fix: Diagnostic.Fix) -> JSONValue {
    ["range": range(fix.range), "replacement": .text(fix.replacement)]
  }

  private static func range(_ range: SourceRange) -> JSONValue {
    ["start": position(range.start), "end": position(range.end)]
  }

  private static func position(_ position: SourcePosition) -> JSONValue {
    [
      "line": .number(position.line), "column": .number(position.column),
      "offset": .number(position.offset),
    ]
  }
}
