// SPDX-License-Identifier: Apache-2.0

/// What identifies an event to its readers: the number that they see as `eventId`, and the name as `eventName`.
///
/// The catalog's events have theirs from ``EventKind``; others, such as findings of signatures, bring their own.
public struct EventID: Hashable, Sendable {
  /// The number, unique among all events of a run.
  public let number: UInt32
  /// The name, unique among all events of a run.
  public let name: String

  /// Creates the identity of an event from its number and its name.
  public init(number: UInt32, name: String) {
    self.number = number
    self.name = name
  }
}

extension EventKind {
  /// The identity of the kind.
  public var id: EventID { EventID(number: rawValue, name: name) }
}
