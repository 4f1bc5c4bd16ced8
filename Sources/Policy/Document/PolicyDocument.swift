/// A policy as it is written, before anything in its expressions is understood.
///
/// Source: `docs/policy-language.md` §1. A document that has findings may lack parts: then it is
/// not to be applied, but the parts that it has can still be checked.
public struct PolicyDocument: Equatable, Sendable {
  /// The two ways to write a policy.
  public enum Form: Equatable, Sendable {
    /// `apiVersion`, `kind`, `metadata` and `spec`, as Kubernetes writes resources.
    case resource
    /// `type: policy`.
    case plain
  }

  /// How it is written.
  public var form: Form
  /// The name of the source that holds it.
  public var source: String
  /// From its first to behind its last character.
  public var range: SourceRange
  /// Its name; an empty text at the document's place when it has none.
  public var name: SourceText
  /// The expressions of its scope.
  public var scope: [SourceText]
  /// Its rules.
  public var rules: [Rule]
  /// What is done with its events, unless a rule says otherwise.
  public var defaultActions: [SourceText]
  /// The files of lists that its filters name.
  public var lists: [DocumentEntry<SourceText>] = []

  /// A rule as it is written.
  public struct Rule: Equatable, Sendable {
    /// From its first to behind its last character.
    public var range: SourceRange
    /// The events it selects, as a comma list.
    public var event: SourceText
    /// Its filter expressions.
    public var filters: [SourceText]
    /// What is done with its events.
    public var actions: [SourceText]

    /// Makes a rule.
    public init(
      range: SourceRange, event: SourceText, filters: [SourceText] = [], actions: [SourceText] = []
    ) {
      self.range = range
      self.event = event
      self.filters = filters
      self.actions = actions
    }
  }

  /// Makes a document.
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
