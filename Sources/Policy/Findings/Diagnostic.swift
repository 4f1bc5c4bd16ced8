// SPDX-License-Identifier: Apache-2.0

/// A finding about a user's file: a value that renderers show, never thrown.
public struct Diagnostic: Equatable, Sendable {
  /// The severity of a finding; an error keeps the policies from being applied.
  public enum Severity: String, CaseIterable, Sendable {
    case error, warning, note
  }

  /// The severity: that of ``rule``, except for `no-policy`, which is an error if no file contains a policy.
  public let severity: Severity
  /// The rule that the file breaks.
  public let rule: LintRule
  /// The kebab-case code of the rule, which never changes.
  public var code: String { rule.code }
  /// The message, as one sentence without a full stop.
  public var message: String
  /// The name of the source, as the user gave it: a path, `-`, or `command line`.
  public var source: String
  /// The place of the finding; nil if it is about the whole source.
  public var range: SourceRange?
  /// What to do about it, if that is known.
  public var help: String?
  /// Other places that are part of the finding, such as the first of two equal names.
  public var related: [Related]
  /// A change of the source that resolves the finding and nothing else; nil if there is no unambiguous one.
  public var fix: Fix?

  /// Another place that is part of a finding.
  public struct Related: Equatable, Sendable {
    /// What the place has to do with the finding, as a few words.
    public var message: String
    /// The name of the source that contains the place.
    public var source: String
    /// The place in that source.
    public var range: SourceRange

    /// Creates a place that a finding also refers to, with what is there.
    public init(message: String, source: String, range: SourceRange) {
      self.message = message
      self.source = source
      self.range = range
    }
  }

  /// A replacement of a range of the source.
  public struct Fix: Equatable, Sendable {
    /// The range to replace; empty to insert.
    public var range: SourceRange
    /// The new text of the range.
    public var replacement: String

    /// Creates a fix that replaces the text of a range.
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
