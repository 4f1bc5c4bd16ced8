/// What a code of findings stands for: the entry of its rule in the list, in the documentation and
/// in `--explain`.
///
/// Its examples are its tests: each bad one gives this code, each good one gives no finding of it.
public struct LintRule: Equatable, Sendable {
  /// The kebab-case code, which never changes.
  public var code: String
  /// How bad its findings are.
  public var severity: Diagnostic.Severity
  /// What it demands, in one sentence.
  public var summary: String
  /// Why, and what to do.
  public var rationale: String
  /// Sources that give no finding of this code.
  public var good: [String]
  /// Sources that give a finding of this code.
  public var bad: [String]
  /// Whether `--fix` can mend it, where the finding has a fix.
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
