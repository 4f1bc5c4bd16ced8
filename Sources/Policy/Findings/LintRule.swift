// SPDX-License-Identifier: Apache-2.0

/// A rule of the linter, which is a code of findings: its entry in `docs/lint-rules.md` and in `lint --explain`.
///
/// The examples are tests: each bad one has a finding of this code, and no good one has.
public struct LintRule: Equatable, Sendable {
  /// The kebab-case code, which never changes.
  public var code: String
  /// The severity of its findings.
  public var severity: Diagnostic.Severity
  /// The requirement, as one sentence without a full stop.
  public var summary: String
  /// The reason for the requirement, and what to do; may contain inline Markdown.
  public var rationale: String
  /// Examples of policy files without a finding of this code.
  public var good: [String]
  /// Examples of policy files with a finding of this code.
  public var bad: [String]
  /// Whether findings of this code may have a fix for `lint --fix`.
  public var isFixable: Bool

  init(
    _ code: String, _ severity: Diagnostic.Severity, _ summary: String, rationale: String,
    good: [String], bad: [String], isFixable: Bool = false
  ) {
    self.code = code
    self.severity = severity
    self.summary = summary
    self.rationale = rationale
    self.good = good
    self.bad = bad
    self.isFixable = isFixable
  }
}
