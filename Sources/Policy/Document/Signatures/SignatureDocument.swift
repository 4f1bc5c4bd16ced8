// SPDX-License-Identifier: Apache-2.0

/// A key of a mapping, and what it stands for.
public struct DocumentEntry<Value: Equatable & Sendable>: Equatable, Sendable {
  /// The word before the colon.
  public var key: SourceText
  /// What follows it.
  public var value: Value
}

/// A signature as it is written, before anything in its expressions is understood.
///
/// Source: `docs/signatures.md`. A document that has findings may lack parts: then it is not to be applied, but the parts
/// that it has can still be checked.
public struct SignatureDocument: Equatable, Sendable {
  /// How events are to be correlated, as it is written.
  public struct WrittenCorrelation: Equatable, Sendable {
    /// From its first to behind its last character.
    public var range: SourceRange
    /// The word for how events are correlated.
    public var type: SourceText
    /// The selections that take part; nil when all do.
    public var rules: [SourceText]?
    /// What events of one key have in common.
    public var groupBy: [SourceText] = []
    /// Names of fields that differ between selections: for each selection its field.
    public var aliases: [DocumentEntry<[DocumentEntry<SourceText>]>] = []
    /// How long events belong together.
    public var timespan: SourceText?
    /// The condition of a temporal type, such as `a and not b`.
    public var expression: SourceText?
    /// The field whose values are counted, or added.
    public var field: SourceText?
    /// Bounds of a number, by `gt`, `gte`, `lt`, `lte` and `eq`.
    public var bounds: [DocumentEntry<SourceText>] = []
    /// How long a key stays silent after a finding.
    public var suppress: SourceText?
    /// The settings of a type by their keys, such as `history` and `tolerance`.
    public var settings: [DocumentEntry<SourceText>] = []
    /// What makes a value known: `rule`, `values` and `for`.
    public var knownBy: [DocumentEntry<SourceText>] = []
    /// Where `known-by` stands.
    public var knownByRange: SourceRange?
    /// The most keys, and the most values of a key, that are remembered.
    public var limits: [DocumentEntry<SourceText>] = []
  }

  /// The name of the source that holds it.
  public var source: String
  /// From its first to behind its last character.
  public var range: SourceRange
  /// Its name, which is that of its findings; an empty text at the document's place when it has none.
  public var name: SourceText
  /// Texts about it by their keys: `id`, `version`, `title` and `description`.
  public var texts: [String: SourceText] = [:]
  /// Words by which policies can select it.
  public var tags: [SourceText] = []
  /// What is known of the threat, by key.
  public var threat: [DocumentEntry<SourceText>] = []
  /// The events that it watches, by name.
  public var selections: [DocumentEntry<PolicyDocument.Rule>] = []
  /// How they are correlated; nil when every event is a finding.
  public var correlation: WrittenCorrelation?
  /// The data of a finding, in order.
  public var output: [DocumentEntry<SourceText>] = []
  /// The words for severities, by number.
  static let severities = ["informational", "low", "medium", "high", "critical"]

  /// The path of the program that does what the signature says; nil for one that says it itself.
  public var program: String?
  /// The files of lists that its filters name.
  public var lists: [DocumentEntry<SourceText>] = []
}
