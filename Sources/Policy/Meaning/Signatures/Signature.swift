// SPDX-License-Identifier: Apache-2.0

/// A signature whose words are understood: which events it watches, what it remembers, and what a finding shows.
///
/// It holds no places of a file, so two that say the same are equal wherever they stand. Source: `docs/signatures.md`.
public struct Signature: Equatable, Sendable {
  /// The name of its findings.
  public var name: String
  /// What `Properties.signatureID` shows.
  public var id: String
  /// What `metadata.Version` shows.
  public var version: String
  /// What `Properties.signatureName` shows.
  public var title: String
  /// What `metadata.Description` shows.
  public var description: String
  /// Words by which policies can select it.
  public var tags: [String]
  /// What is known of the threat.
  public var threat: Threat
  /// What it watches.
  public var selections: [Selection]
  /// How events are correlated; nil when every event is a finding.
  public var correlation: Correlation?
  /// The data of a finding, in order.
  public var output: [Output]
  /// The path of the program that finds; nil when ``correlation`` says what is found.
  public var program: String?

  /// Creates a signature.
  public init(
    name: String, id: String, version: String, title: String, description: String, tags: [String],
    threat: Threat, selections: [Selection], correlation: Correlation?, output: [Output],
    program: String? = nil
  ) {
    self.name = name
    self.id = id
    self.version = version
    self.title = title
    self.description = description
    self.tags = tags
    self.threat = threat
    self.selections = selections
    self.correlation = correlation
    self.output = output
    self.program = program
  }

  /// Whether a word selects it: its name, one of its tags, also as `tag=TAG`, or the set of all signatures.
  public func isMeant(by word: String) -> Bool {
    let tag = word.hasPrefix("tag=") ? String(word.dropFirst(4)) : word
    return word == name || tag == DocumentContext.everySignature || tags.contains(tag)
  }

  /// What is known of the threat that a finding is a sign of.
  public struct Threat: Equatable, Sendable {
    /// From 0, informational, to 4, critical.
    public var severity: Int?
    /// Its kind, such as `command-and-control`.
    public var category: String?
    /// How it is done, in words.
    public var technique: String?
    /// The number of the technique elsewhere, such as `T1046`.
    public var externalID: String?
    /// The number of the threat elsewhere.
    public var id: String?

    /// Creates a threat of which nothing is known.
    public init() {}

    /// The words for severities, by number.
    public static let severities = SignatureDocument.severities
  }

  /// Events that it watches, under one name.
  public struct Selection: Equatable, Sendable {
    /// The name in the document.
    public var name: String
    /// The events.
    public var events: [EventKind]
    /// The signatures whose findings are taken.
    public var signatures: [String]
    /// Conditions on the owner.
    public var scope: [Clause<OwnerField>]
    /// Conditions on the packet.
    public var filters: [Clause<PacketField>]
    /// Conditions on single elements of lists.
    public var elements: [ElementClause]
    /// Conditions on the data of findings, by name.
    public var findings: [Clause<String>]

    /// Creates a selection.
    public init(
      name: String, events: [EventKind], signatures: [String], scope: [Clause<OwnerField>],
      filters: [Clause<PacketField>], elements: [ElementClause], findings: [Clause<String>]
    ) {
      self.name = name
      self.events = events
      self.signatures = signatures
      self.scope = scope
      self.filters = filters
      self.elements = elements
      self.findings = findings
    }
  }

  /// A member of a finding's data.
  public struct Output: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// What it is made of; one value alone keeps its type, everything else is a text.
    public var parts: [Part]

    /// A piece of a member.
    public enum Part: Equatable, Sendable {
      case text(String)
      /// The number that met the condition.
      case count
      /// What the event that completed the finding has: for each selection whose events can, where it is.
      case value([EventValue?])
      /// What a program says, of the type that it said it would have.
      case declared(FieldType)
    }
  }
}

/// Something that an event has: what keys are made of, and what findings show.
public enum EventValue: Equatable, Sendable {
  /// A field of the packet.
  case packet(PacketField)
  /// A field of the owner.
  case owner(OwnerField)
  /// The number of a thread or process that no other has.
  case entity(Entity)
  /// The data of a finding, by name, and what a filter on it takes.
  case finding(String, FieldType)

  /// Whose number it is.
  public enum Entity: String, CaseIterable, Sendable {
    case process = "processEntityId"
    case thread = "threadEntityId"
    case parent = "parentEntityId"
  }
}

/// How a signature correlates events.
public struct Correlation: Equatable, Sendable {
  /// When there is a finding.
  public enum Kind: Equatable, Sendable {
    /// The number of events lies within bounds.
    case eventCount(ClosedRange<UInt64>)
    /// The number of distinct values does.
    case valueCount(ClosedRange<UInt64>)
    /// The sum of values does.
    case valueSum(ClosedRange<UInt64>)
    /// Every member was seen, in any order.
    case temporal
    /// Every member was seen, in order.
    case temporalOrdered
    /// The first member was seen, and then none of the others until the end of the time span.
    case absence
    /// A value of the first member was not seen, nor given by the second, for a time.
    case newValue(history: UInt64, warmUp: UInt64, knownFor: UInt64)
    /// Gaps between events are alike: of the latest `count`, at least the `share` differ from their median by no more than
    /// `tolerance` of it. Gaps below the range are passed over, and one above it begins anew.
    case interval(count: Int, share: Double, tolerance: Double, range: ClosedRange<UInt64>)
  }

  /// A selection that takes part.
  public struct Member: Equatable, Sendable {
    /// Its index in ``Signature/selections``.
    public var selection: Int
    /// What events of one key have in common.
    public var key: [EventValue]
    /// The value that is counted, added or known; nil where the kind has none.
    public var value: EventValue?

    /// Creates a member.
    public init(selection: Int, key: [EventValue], value: EventValue? = nil) {
      self.selection = selection
      self.key = key
      self.value = value
    }
  }

  /// When there is a finding.
  public var kind: Kind
  /// The selections that take part, in order.
  public var members: [Member]
  /// How long events belong together, in ns; nil without an end.
  public var timespan: UInt64?
  /// How long a key stays silent after a finding, in ns.
  public var suppress: UInt64?
  /// The most keys that are remembered.
  public var keyLimit: Int
  /// The most values of a key that are remembered.
  public var valueLimit: Int

  /// Creates a correlation.
  public init(
    kind: Kind, members: [Member], timespan: UInt64?, suppress: UInt64?, keyLimit: Int,
    valueLimit: Int
  ) {
    self.kind = kind
    self.members = members
    self.timespan = timespan
    self.suppress = suppress
    self.keyLimit = keyLimit
    self.valueLimit = valueLimit
  }

  /// The keys that are remembered unless the document says otherwise.
  public static let defaultKeyLimit = 100_000
  /// The values of a key that are remembered unless the document says otherwise.
  public static let defaultValueLimit = 1024
  /// The most gaps that are compared with one another.
  public static let gapLimit = 64
  /// The most selections that take part.
  public static let memberLimit = 32
}

/// A signature that a rule of a policy watches for, with state of its own.
public struct SignatureUse: Equatable, Sendable {
  /// The index in ``TracePlan/signatures``.
  public var signature: Int
  /// The index in ``TracePlan/policies``.
  public var policy: Int
  /// Whether its findings are events of the policy; else they only feed other signatures.
  public var isShown: Bool
  /// Conditions on the data of findings that are shown.
  public var filters: [Clause<String>]
  /// Selections of other uses that take its findings.
  public var feeds: [Feed]

  /// Creates a use.
  public init(
    signature: Int, policy: Int, isShown: Bool, filters: [Clause<String>], feeds: [Feed]
  ) {
    self.signature = signature
    self.policy = policy
    self.isShown = isShown
    self.filters = filters
    self.feeds = feeds
  }

  /// A selection that takes findings.
  public struct Feed: Equatable, Sendable {
    /// The selection.
    public var target: PlanRule.Feed
    /// Conditions on the data of findings.
    public var filters: [Clause<String>]
  }
}
