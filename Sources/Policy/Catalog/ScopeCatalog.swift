/// A key that asks about the owner of a packet's socket, as policies write it.
public struct ScopeKey: Equatable, Sendable {
  /// Where a key can stand: some words mean something else in the two places.
  public struct Places: OptionSet, Sendable {
    /// A bit for each place.
    public var rawValue: UInt8
    /// Makes a set of places.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The `scope` of a policy.
    public static let scope = Places(rawValue: 1)
    /// The `filters` of a rule.
    public static let rule = Places(rawValue: 2)
    /// Both.
    public static let both: Places = [.scope, .rule]
  }

  /// The first spelling.
  public var name: String
  /// The others.
  public var aliases: [String]
  /// Where it can stand.
  public var places: Places
  /// What it is compared with.
  public var field: OwnerField
  /// What it takes.
  public var type: FieldType
  /// Words that it takes besides, each of them a state of the owner.
  public var words: [String]
  /// One line about what is compared.
  public var summary: String

  init(
    _ name: String, also aliases: [String] = [], in places: Places = .both, _ field: OwnerField,
    _ type: FieldType, words: [String] = [], _ summary: String
  ) {
    self.name = name
    self.aliases = aliases
    self.places = places
    self.field = field
    self.type = type
    self.words = words
    self.summary = summary
  }

  /// Every spelling.
  public var spellings: [String] { [name] + aliases }
}

/// A word that is a whole filter by itself.
public struct ScopeWord: Equatable, Sendable {
  /// What a word asks for.
  public enum Meaning: Equatable, Sendable {
    /// Every packet, also one without an owner.
    case everything
    /// Whoever was once in scope, and what it forks, stays in.
    case follow
    /// The owner runs in a container (1) or on the host (0).
    case container(UInt64)
  }

  /// The word.
  public var name: String
  /// Where it can stand.
  public var places: ScopeKey.Places
  /// What it asks for.
  public var meaning: Meaning
  /// One line about it.
  public var summary: String
}

/// Every key and word of scopes.
///
/// Source: `docs/policy-language.md` §3.
public enum ScopeCatalog {
  /// The words that stand alone.
  public static let words = [
    ScopeWord(
      name: "global", places: .scope, meaning: .everything, summary: "everything; stands alone"),
    ScopeWord(
      name: "follow", places: .scope, meaning: .follow,
      summary: "whoever was once in scope, and all it forks later, stays in"),
    ScopeWord(
      name: "container", places: .both, meaning: .container(1), summary: "runs in a container"),
    ScopeWord(name: "c", places: .both, meaning: .container(1), summary: "the same as container"),
    ScopeWord(
      name: "not-container", places: .both, meaning: .container(0), summary: "runs on the host"),
    ScopeWord(
      name: "host", places: .rule, meaning: .container(0), summary: "the same as not-container"),
  ]

  /// The keys that are compared with values.
  public static let keys = [
    ScopeKey(
      "uid", also: ["userId", "u"], .userID, .bits(32), "real user id, initial user namespace"),
    ScopeKey(
      "pid", also: ["p", "hostPid", "hostProcessId"], in: .scope, .processID, .bits(32),
      words: ["new"],
      "process id seen from the host; new: forked or executed after apply"),
    ScopeKey(
      "hostPid", also: ["hostProcessId"], in: .rule, .processID, .bits(32), words: ["new"],
      "process id seen from the host; new: forked or executed after apply"),
    ScopeKey(
      "pid", also: ["processId", "p"], in: .rule, .namespacedProcessID, .bits(32), words: ["new"],
      "process id in the process's own pid namespace; new: forked or executed after apply"),
    ScopeKey(
      "tid", also: ["hostTid", "hostThreadId"], in: .scope, .threadID, .bits(32),
      "thread id seen from the host"),
    ScopeKey(
      "hostTid", also: ["hostThreadId"], in: .rule, .threadID, .bits(32),
      "thread id seen from the host"),
    ScopeKey(
      "tid", also: ["threadId"], in: .rule, .namespacedThreadID, .bits(32),
      "thread id in the process's own pid namespace"),
    ScopeKey(
      "ppid", also: ["hostPpid", "hostParentProcessId"], in: .scope, .parentProcessID, .bits(32),
      "parent's process id seen from the host"),
    ScopeKey(
      "hostPpid", also: ["hostParentProcessId"], in: .rule, .parentProcessID, .bits(32),
      "parent's process id seen from the host"),
    ScopeKey(
      "ppid", also: ["parentProcessId"], in: .rule, .namespacedParentProcessID, .bits(32),
      "parent's process id in the process's own pid namespace"),
    ScopeKey(
      "mntns", also: ["mountNamespace"], .mountNamespace, .identifier(maximum: .max >> 32),
      "inode of the mount namespace"),
    ScopeKey(
      "pidns", also: ["pidNamespace"], .pidNamespace, .identifier(maximum: .max >> 32),
      "inode of the pid namespace"),
    ScopeKey(
      "netns", also: ["netNamespace"], .netNamespace, .identifier(maximum: .max >> 32),
      "inode of the network namespace"),
    ScopeKey("uts", also: ["hostName"], .hostName, .text, "UTS node name"),
    ScopeKey(
      "comm", also: ["processName"], .comm, .text(comparedBytes: 15),
      "task name, of which the kernel keeps 15 bytes"),
    ScopeKey(
      "executable", also: ["exec", "bin", "binary"], .executable, .executable,
      "path at exec; host:/p and 4026531841:/p also fix the mount namespace"),
    ScopeKey("cgroup", .cgroup, .path, "cgroup v2 path, itself and everything below it"),
    ScopeKey("cgroupId", .cgroupID, .bits(64), "id of the cgroup"),
    ScopeKey(
      "container", also: ["c", "containerId"], .containerID, .containerID,
      words: ["new", "started"],
      "container id, or how it begins; new: created after apply; started: runs its program"),
    ScopeKey("containerName", .containerName, .text, "name, as the runtime reports it"),
    ScopeKey("containerImage", .containerImage, .text, "image, as the runtime reports it"),
    ScopeKey("podName", .podName, .text, "name of the Kubernetes pod"),
    ScopeKey("podNamespace", .podNamespace, .text, "namespace of the Kubernetes pod"),
    ScopeKey("podUid", .podUID, .text, "uid of the Kubernetes pod"),
    ScopeKey("tree", .tree, .bits(32), "that process or any descendant of it"),
  ]

  /// Finds a key by any of its spellings.
  public static func key(_ spelling: String, in place: ScopeKey.Places) -> ScopeKey? {
    keys.first { $0.places.contains(place) && $0.spellings.contains(spelling) }
  }

  /// Finds a word.
  public static func word(_ name: String, in place: ScopeKey.Places) -> ScopeWord? {
    words.first { $0.places.contains(place) && $0.name == name }
  }

  /// Every spelling that can begin a filter in a place.
  public static func spellings(in place: ScopeKey.Places) -> [String] {
    place == .scope ? scopeSpellings : ruleSpellings
  }

  private static let scopeSpellings = distinctSpellings(in: .scope)
  private static let ruleSpellings = distinctSpellings(in: .rule)

  private static func distinctSpellings(in place: ScopeKey.Places) -> [String] {
    let all =
      words.filter { $0.places.contains(place) }.map(\.name)
      + keys.filter { $0.places.contains(place) }.flatMap(\.spellings)
    return all.reduce(into: []) { known, word in if !known.contains(word) { known.append(word) } }
  }
}
