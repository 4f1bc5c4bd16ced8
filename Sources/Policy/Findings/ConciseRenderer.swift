// SPDX-License-Identifier: Apache-2.0

/// Renders findings as one line each: `file:line:column: error: message [code]`.
public enum ConciseRenderer {
  /// Returns the lines of findings in their order, each with a line break.
  public static func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { line($0) + "\n" }.joined()
  }

  /// Returns the line of a finding, without a line break.
  public static func line(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.range.map { ":\($0.start.line):\($0.start.column)" } ?? ""
    return Visible.text(
      "\(diagnostic.source)\(place): \(diagnostic.severity.rawValue): "
        + "\(diagnostic.message) [\(diagnostic.code)]")
  }
}
