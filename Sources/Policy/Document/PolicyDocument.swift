// SPDX-License-Identifier: Apache-2.0

/// A policy as written, before its expressions are looked up.
///
/// A document with findings may lack parts. It must not be applied then, but the parts that it has can still be
/// checked. Source: `docs/policy-language.md` §1.
public struct PolicyDocument: Equatable, Sendable {
  /// The two forms of a policy file.
  public enum Form: Equatable, Sendable {
    /// The form with `apiVersion`, `kind`, `metadata` and `spec`, like a Kubernetes resource.
    case resource
    /// The form that starts with `type: policy`.
    case plain
  }

  /// The form in which the policy is written.
  public var form: Form
  /// The name of the source that contains the policy.
  public var source: String
  /// The place of the whole policy.
  public var range: SourceRange
  /// The name of the policy; an empty text at the start of the document if it has none.
  public var name: SourceText
  /// The expressions of the policy's scope.
  public var scope: [SourceText]
  /// The rules of the policy, in order.
  public var rules: [Rule]
  /// The actions for events of rules without actions of their own.
  public var defaultActions: [SourceText]
  /// The files of lists that its filters name.
  public var lists: [DocumentEntry<SourceText>] = []
  /// The labels of the policy, which events can show.
  public var labels: [String: String] = [:]
  /// The annotations of the policy, which events can show; the plain form has none.
  public var annotations: [String: String] = [:]

  /// A rule as its file has it, before its words are looked up.
  public struct Rule: Equatable, Sendable {
    /// The place of the whole rule.
    public var range: SourceRange
    /// The comma list of events that the rule selects.
    public var event: SourceText
    /// The filter expressions of the rule.
    public var filters: [SourceText]
    /// The actions for events of the rule.
    public var actions: [SourceText]

    /// Creates a rule as if it were written with these parts.
    public init(
      range: SourceRange, event: SourceText, filters: [SourceText] = [], actions: [SourceText] = []
    ) {
      self.range = range
      self.event = event
      self.filters = filters
      self.actions = actions
    }
  }

  /// Creates a policy as if it were written with these parts.
  public init(
    form: Form, source: String, range: SourceRange, name: SourceText, scope: [SourceText],
    rules: [Rule], defaultActions: [SourceText] = []
  ) {
    self.form = form
    self.source = source
    self.range = range
    self.name = name
    self.scope = scope
    self.rules = rules
    self.defaultActions = defaultActions
  }
}
