// SPDX-License-Identifier: Apache-2.0

/// Looks up the events that a word of a policy means.
public enum EventCatalog {
  /// The meaning of a word.
  public enum Finding: Equatable, Sendable {
    /// The name of one event.
    case event(EventKind)
    /// A set, or a prefix with a star.
    case several([EventKind])
    /// An event or a set that Tracee has, but tracee-policy does not support.
    case unsupported
    /// `tag=` followed by a name that is not a set.
    case unknownSet
    /// A prefix that matches no event, or a star that is not at the end.
    case unmatched
    /// An unknown word.
    case unknown
  }

  /// Returns the meaning of a name, a set, `tag=SET` or a prefix followed by a star.
  public static func find(_ word: String) -> Finding {
    if let kind = EventKind(name: word) { return .event(kind) }
    let isTagged = word.hasPrefix("tag=")
    let name = isTagged ? String(word.dropFirst(4)) : word
    if let set = EventSet(rawValue: name) { return .several(set.events) }
    if TraceeEvents.containsSet(name) { return .unsupported }
    if isTagged { return .unknownSet }
    if word.contains("*") {
      let prefix = word.dropLast()
      let kinds = EventKind.allCases.filter { $0.name.hasPrefix(prefix) }
      return word.hasSuffix("*") && !kinds.isEmpty ? .several(kinds) : .unmatched
    }
    return TraceeEvents.contains(word) ? .unsupported : .unknown
  }
}
