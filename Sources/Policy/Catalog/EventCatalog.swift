/// Finds the events that a word of a policy means.
public enum EventCatalog {
  /// What a word means.
  public enum Finding: Equatable, Sendable {
    /// The name of one event.
    case event(EventKind)
    /// A set, or a prefix with a star.
    case several([EventKind])
    /// An event or a set that Tracee has and this tracer has not.
    case unsupported
    /// `tag=` with a name that is no set's.
    case unknownSet
    /// A prefix that no event has, or a star that is not at the end.
    case unmatched
    /// Nothing that is known.
    case unknown
  }

  /// Finds what a name, a set, `tag=SET` or a prefix with a trailing star means.
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
