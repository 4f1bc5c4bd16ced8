// SPDX-License-Identifier: Apache-2.0

public import Policy

/// Which events an output gets.
public struct Route: Equatable, Sendable {
  /// The names of the policies whose events it gets; nil for those of all.
  public var policies: Set<String>?
  /// The events that it gets, without findings; nil for all, and for all findings.
  public var events: Set<EventID>?
  /// The findings that it gets, unless it gets all: names and tags of signatures, or the set of all.
  public var signatures: Set<String> = []

  /// Makes a route; of all events by default.
  public init(
    policies: Set<String>? = nil, events: Set<EventID>? = nil, signatures: Set<String> = []
  ) {
    self.policies = policies
    self.events = events
    self.signatures = signatures
  }

  /// Those of the policies that want an event whom the output shows; none when it does not get the event.
  func policies(among names: [String], for event: EventID) -> [String] {
    guard events?.contains(event) ?? true else { return [] }
    return among(names)
  }

  /// Those of the policies that want a finding of a signature whom the output shows; none when it does not get the finding.
  func policies(among names: [String], for signature: Signature) -> [String] {
    guard events == nil || signatures.contains(where: signature.isMeant) else { return [] }
    return among(names)
  }

  private func among(_ names: [String]) -> [String] {
    guard let policies else { return names }
    return names.filter { policies.contains($0) }
  }
}
