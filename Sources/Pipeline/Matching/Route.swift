// SPDX-License-Identifier: Apache-2.0

public import Policy

/// Which events an output gets.
public struct Route: Equatable, Sendable {
  /// The names of the policies whose events it gets; nil for those of all.
  public var policies: Set<String>?
  /// The events that it gets; nil for all.
  public var events: Set<EventID>?

  /// Makes a route; of all events by default.
  public init(policies: Set<String>? = nil, events: Set<EventID>? = nil) {
    self.policies = policies
    self.events = events
  }

  /// Those of the policies that want an event whom the output shows; none when it does not get the event.
  func policies(among names: [String], for event: EventID) -> [String] {
    guard events?.contains(event) ?? true else { return [] }
    guard let policies else { return names }
    return names.filter { policies.contains($0) }
  }
}
