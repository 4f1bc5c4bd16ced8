/// One finding about a user's file: a value, shown by a renderer, never thrown.
public struct Diagnostic: Equatable, Sendable {
  /// How bad a finding is.
  public enum Severity: String, CaseIterable, Sendable {
    case error, warning, note
  }

  /// How bad it is: what ``rule`` says, but for `no-policy`, which is an error when no file holds a policy.
  public let severity: Severity
  /// The rule that the file breaks.
  public let rule: LintRule
  /// The kebab-case code of the rule, which never changes.
  public var code: String { rule.code }
  /// One sentence without a full stop.
  public var message: String
  /// The name of the source, as the user gave it: a path, `-`, or `command line`.
  public var source: String
  /// Where; nil when the finding is about the whole source.
  public var range: SourceRange?
  /// What to do, when that is known.
  public var help: String?
  /// Other places that belong to the finding, such as the first of two equal names.
  public var related: [Related]
  /// A change of the source that mends it without changing what else it means.
  public var fix: Fix?

  /// Another place that belongs to a finding.
  public struct Related: Equatable, Sendable {
    /// What stands there.
    public var message: String
    /// The name of the source.
    public var source: String
    /// Where.
    public var range: SourceRange

    /// Makes a related place.
    public init(message: String, source: String, range: SourceRange) {
      self.message = message
      self.source = source
      self.range = range
    }
  }

  /// A replacement of a stretch of the source.
  public struct Fix: Equatable, Sendable {
    /// What to replace.
    public var range: SourceRange
    /// With what.
    public var replacement: String

    /// Makes a fix.
    public init(range: SourceRange, replacement: String) {
      self.range = range
      self.replacement = replacement
    }
  }

  /// Creates a finding, of the severity of its rule unless another one is given.
  public init(
    _ rule: LintRule, severity: Severity? = nil, _ message: String, source: String,
    range: SourceRange?, help: String? = nil, related: [Related] = [], fix: Fix? = nil
  ) {
    self.severity = severity ?? rule.severity
    self.rule = rule
    self.message = message
    self.source = source
    self.range = range
    self.help = help
    self.related = related
    self.fix = fix
  }

  /// Creates a finding about the whole of a text.
  init(
    _ rule: LintRule, _ message: String, at text: SourceText, help: String? = nil,
    related: [Related] = [], fix: Fix? = nil
  ) {
    self.init(
      rule, message, source: text.source, range: text.range, help: help, related: related, fix: fix)
  }
}

extension Diagnostic.Related {
  /// Creates a related place of the whole of a text.
  init(message: String, at text: SourceText) {
    self.init(message: message, source: text.source, range: text.range)
  }
}
