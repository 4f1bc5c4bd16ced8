// SPDX-License-Identifier: Apache-2.0

/// Renders findings as SARIF 2.1.0, which code scanning services read.
///
/// Source: OASIS Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
public enum SARIFRenderer {
  /// Returns a log with one run, as JSON text with a final line break.
  ///
  /// - Parameters:
  ///   - rules: the rules to describe; should include those of all findings.
  ///   - version: the version of the program.
  public static func render(
    _ diagnostics: [Diagnostic], rules: [LintRule], version: String
  ) -> String {
    let log: JSONValue = [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        [
          "tool": [
            "driver": [
              "name": "tracee-policy", "version": .text(version),
              "rules": .list(rules.map(descriptor)),
            ]
          ],
          "columnKind": "unicodeCodePoints",
          "results": .list(diagnostics.map { result($0, rules) }),
        ]
      ],
    ]
    return log.rendered() + "\n"
  }

  private static func descriptor(_ rule: LintRule) -> JSONValue {
    [
      "id": .text(rule.code),
      "shortDescription": ["text": .text(rule.summary)],
      "fullDescription": ["text": .text(rule.rationale)],
      "defaultConfiguration": ["level": .text(rule.severity.rawValue)],
    ]
  }

  private static func result(_ diagnostic: Diagnostic, _ rules: [LintRule]) -> JSONValue {
    let help = diagnostic.help.map { ". Help: \($0)" } ?? ""
    var members: [JSONValue.Member] = [
      .init("ruleId", .text(diagnostic.code))
    ]
    if let index = rules.firstIndex(where: { $0.code == diagnostic.code }) {
      members.append(.init("ruleIndex", .number(index)))
    }
    members += [
      .init("level", .text(diagnostic.severity.rawValue)),
      .init("message", ["text": .text(diagnostic.message + help)]),
      .init("locations", [location(diagnostic.source, diagnostic.range)]),
    ]
    if !diagnostic.related.isEmpty {
      members.append(.init("relatedLocations", .list(diagnostic.related.map(related))))
    }
    if let fix = diagnostic.fix {
      members.append(.init("fixes", [self.fix(fix, diagnostic.source)]))
    }
    return .object(members)
  }

  private static func location(
    _ source: String, _ range: SourceRange?, message: String? = nil
  ) -> JSONValue {
    var physical: [JSONValue.Member] = [.init("artifactLocation", artifact(source))]
    if let range { physical.append(.init("region", region(range))) }
    var members: [JSONValue.Member] = [.init("physicalLocation", .object(physical))]
    if let message { members.append(.init("message", ["text": .text(message)])) }
    return .object(members)
  }

  private static func related(_ related: Diagnostic.Related) -> JSONValue {
    location(related.source, related.range, message: related.message)
  }

  private static func fix(_ fix: Diagnostic.Fix, _ source: String) -> JSONValue {
    [
      "artifactChanges": [
        [
          "artifactLocation": artifact(source),
          "replacements": [
            [
              "deletedRegion": region(fix.range),
              "insertedContent": ["text": .text(fix.replacement)],
            ]
          ],
        ]
      ]
    ]
  }

  private static func region(_ range: SourceRange) -> JSONValue {
    [
      "startLine": .number(range.start.line), "startColumn": .number(range.start.column),
      "endLine": .number(range.end.line), "endColumn": .number(range.end.column),
      "byteOffset": .number(range.start.offset),
      "byteLength": .number(range.end.offset - range.start.offset),
    ]
  }

  private static func artifact(_ source: String) -> JSONValue {
    ["uri": .text(uri(source))]
  }

  /// Returns a path as a URI reference (RFC 3986 §3.3).
  ///
  /// Colons are escaped, so that none is taken for the end of a scheme.
  private static func uri(_ path: String) -> String {
    let kept = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
    let escaped = path.utf8.map { byte in
      if kept.contains(byte) { return String(Unicode.Scalar(byte)) }
      let digits = String(byte, radix: 16, uppercase: true)
      return "%" + (digits.count < 2 ? "0" : "") + digits
    }
    return (path.hasPrefix("/") ? "file://" : "") + escaped.joined()
  }
}
