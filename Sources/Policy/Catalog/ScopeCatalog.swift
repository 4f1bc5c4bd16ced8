// SPDX-License-Identifier: Apache-2.0

/// A key of policies that is about the owner of a packet's socket.
public struct ScopeKey: Equatable, Sendable {
  /// The places where a key may be used; some keys mean different fields in the two.
  public struct Places: OptionSet, Sendable {
    /// The bits of the places, as declared below.
    public var rawValue: UInt8
    /// Creates a set of places from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The `scope` of a policy.
    public static let scope = Places(rawValue: 1)
    /// The `filters` of a rule.
    public static let rule = Places(rawValue: 2)
    /// Both a policy's `scope` and a rule's `filters`.
    public static let both: Places = [.scope, .rule]
  }

  /// The preferred spelling of the key.
  public var name: String
  /// The other spellings of the key.
  public var aliases: [String]
  /// The places where the key may be used.
  public var places: Places
  /// The field of the owner that values are compared with.
  public var field: OwnerField
  /// The type of the values that the key takes.
  public var type: FieldType
  /// Words that the key takes in addition, each a state of the owner, such as `new`.
  public var words: [String]
  /// A short description of what is compared.
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

  /// All spellings of the key, the preferred one first.
  public var spellings: [String] { [name] + aliases }
}

/// A word that is a complete expression by itself, such as `global`.
public struct ScopeWord: Equatable, Sendable {
  /// The meaning of a word.
  public enum Meaning: Equatable, Sendable {
    /// All packets, including those without an owner.
    case everything
    /// Processes that were once in scope, and their later descendants, stay in scope.
    case follow
    /// Packets whose owner runs in a container (1) or on the host (0).
    case container(UInt64)
  }

  /// The word, as policies write it.
  public var name: String
  /// The places where the word may be used.
  public var places: ScopeKey.Places
  /// The meaning of the word.
  public var meaning: Meaning
  /// A short description of the word.
  public var summary: String
}

/// All keys and words of scopes.
///
/// Source: `docs/policy-language.md` §3.
public enum ScopeCatalog {
  /// The words that are complete expressions.
  public static let words = [
    ScopeWord(
      name: "global", places: .scope, meaning: .everything,
      summary: "everything; cannot be combined"),
    ScopeWord(
      name: "follow", places: .scope, meaning: .follow,
      summary: "a process that was once in scope stays in, with all it forks later"),
    ScopeWord(
      name: "container", places: .both, meaning: .container(1), summary: "runs in a container"),
    ScopeWord(name: "c", places: .both, meaning: .container(1), summary: "the same as container"),
    ScopeWord(
      name: "not-container", places: .both, meaning: .container(0), summary: "runs on the host"),
    ScopeWord(
      name: "host", places: .rule, meaning: .container(0), summary: "the same as not-container"),
  ]

  /// The keys that take an operator and values.
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
      "task name; the kernel keeps 15 bytes"),
    ScopeKey(
      "executable", also: ["exec", "bin", "binary"], .executable, .executable,
      "path at exec; host:/p and 4026531841:/p also fix the mount namespace"),
    ScopeKey("cgroup", .cgroup, .path, "cgroup v2 path, itself and everything below it"),
    ScopeKey("cgroupId", .cgroupID, .bits(64), "id of the cgroup"),
    ScopeKey(
      "container", also: ["c", "containerId"], .containerID, .containerID,
      words: ["new", "started"],
      "container id or its beginning; new: created after apply; started: runs its program"),
    ScopeKey("containerName", .containerName, .text, "name, as the runtime reports it"),
    ScopeKey("containerImage", .containerImage, .text, "image, as the runtime reports it"),
    ScopeKey("podName", .podName, .text, "name of the Kubernetes pod"),
    ScopeKey("podNamespace", .podNamespace, .text, "namespace of the Kubernetes pod"),
    ScopeKey("podUid", .podUID, .text, "uid of the Kubernetes pod"),
    ScopeKey("tree", .tree, .bits(32), "that process or any descendant of it"),
  ]

  /// Returns the key with a spelling in a place, or nil.
  public static func key(_ spelling: String, in place: ScopeKey.Places) -> ScopeKey? {
    keys.first { $0.places.contains(place) && $0.spellings.contains(spelling) }
  }

  /// Returns the word of a name in a place, or nil.
  public static func word(_ name: String, in place: ScopeKey.Places) -> ScopeWord? {
    words.first { $0.places.contains(place) && $0.name == name }
  }

  /// Returns every spelling that may start an expression in a place.
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
