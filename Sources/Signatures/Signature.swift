// SPDX-License-Identifier: Apache-2.0

/// A signature: it is given events, remembers what it wants, and finds.
///
/// Each policy that selects it has an instance of its own, made when the first event comes for it.
public protocol Signature: SendableMetatype {
  /// What it is called, and what is known of what it finds.
  static var metadata: SignatureMetadata { get }
  /// The events that it is given; the tracer's kernel side decides by their filters.
  static var selectedEvents: [SelectedEvent] { get }

  /// Creates an instance that remembers nothing.
  init()

  /// Takes an event, in order of time.
  ///
  /// - Returns: what it finds; each finding is about this event unless it names another.
  mutating func onEvent(_ event: Event) -> [Finding]

  /// Takes note of something that is no event.
  mutating func onSignal(_ signal: Signal)

  /// Ends: nothing comes any more.
  mutating func close()
}

extension Signature {
  /// Does nothing.
  public mutating func onSignal(_ signal: Signal) {}
  /// Does nothing.
  public mutating func close() {}
}

/// What a signature is called, and what is known of what it finds.
public struct SignatureMetadata: Sendable {
  /// The name of its findings, by which policies select it: letters, digits, `-`, `_` and `.`.
  public var name: String
  /// What `signatureID` shows; the name by default.
  public var id: String?
  /// What `signatureName` shows; the name by default.
  public var title: String?
  /// Its version.
  public var version: String
  /// What it finds, in a sentence.
  public var description: String
  /// Words by which policies can select it too.
  public var tags: [String]
  /// `severity` (`informational` to `critical`), `category`, `technique`, `external-id` and `id`.
  public var threat: [String: String]
  /// The types of a finding's data by name; filters of policies ask for those only.
  public var data: [String: DataType]

  /// Creates metadata.
  public init(
    name: String, id: String? = nil, title: String? = nil, version: String = "1.0.0",
    description: String = "", tags: [String] = [], threat: [String: String] = [:],
    data: [String: DataType] = [:]
  ) {
    self.name = name
    self.id = id
    self.title = title
    self.version = version
    self.description = description
    self.tags = tags
    self.threat = threat
    self.data = data
  }

  /// The type of a member of a finding's data.
  public enum DataType: String, Sendable {
    case text, number, flag
  }
}

/// Events that a signature is given.
public struct SelectedEvent: Sendable {
  /// The name of the event, or several with commas between them, as in a policy.
  public var event: String
  /// Conditions, in the words of policies: `data.dst_port=53`.
  public var filters: [String]
  /// Whose events.
  public var origin: Origin

  /// Creates a selection.
  public init(_ event: String, filters: [String] = [], origin: Origin = .any) {
    self.event = event
    self.filters = filters
    self.origin = origin
  }

  /// Whose events are selected.
  public enum Origin: String, Sendable {
    case any = "*"
    case container
    case host
  }
}

/// What a signature found.
public struct Finding: Sendable {
  /// Its data, by name.
  public var data: [String: JSON]
  /// The number of the event that it is about; nil for the one that is being taken.
  public var event: UInt64?

  /// Creates a finding.
  public init(data: [String: JSON] = [:], event: UInt64? = nil) {
    self.data = data
    self.event = event
  }
}

/// Something that is no event.
public enum Signal: Equatable, Sendable {
  /// So many events were lost on the way to the program.
  case lost(UInt64)
  /// No event comes any more.
  case sourceComplete
}
