// SPDX-License-Identifier: Apache-2.0

/// The owner of a packet as written on the command line: `comm=curl uid=1000`.
///
/// Source: `docs/cli.md`.
public struct OwnerExpression: Equatable, Sendable {
  /// The owner as written on the command line.
  public let text: String
  /// The owner with the given fields; the others are 0 or empty.
  public private(set) var owner = Owner()
  /// The fields whose values are given; the others may have any value.
  private var known: Set<OwnerField> = []
  /// The fields of which a state such as `new` is given; the others may be in any state.
  private var states: Set<OwnerField> = []

  /// Parses an owner: keys of scopes, each with `=` and one value.
  ///
  /// - Throws: the reason why the text is not a valid owner.
  public init(_ text: String) throws(ExpressionFault) {
    self.text = text
    for word in try ExpressionFault.words(of: text) { try add(word) }
    guard !known.isEmpty || !states.isEmpty else {
      throw ExpressionFault("an owner needs at least one key", help: "write comm=curl")
    }
  }

  private mutating func add(_ word: String) throws(ExpressionFault) {
    if word.hasPrefix("!") { return try addAbsence(String(word.dropFirst())) }
    guard let sign = word.firstIndex(of: "=") else {
      guard case .container(let flag)? = ScopeCatalog.word(word, in: .scope)?.meaning else {
        throw .unknown(word, "a key with a value", among: ["container", "not-container"])
      }
      known.insert(.container)
      if flag == 0 {
        known.insert(.containerID)
        owner.containerID = ""
      } else if owner.containerID.isEmpty {
        owner.containerID = String(repeating: "0", count: 64)
      }
      return
    }
    let name = String(word[..<sign])
    let value = String(word[sign...].dropFirst())
    guard let key = ScopeCatalog.key(name, in: .scope) ?? ScopeCatalog.key(name, in: .rule) else {
      throw .unknown(
        name, "a key of scopes", among: ScopeCatalog.keys.flatMap(\.spellings))
    }
    guard !value.contains(",") else {
      throw ExpressionFault(
        "`\(name)` takes a single value here, and `\(value)` is a list",
        help: "ask for one at a time")
    }
    if key.words.contains(value) {
      states.insert(key.field)
      switch (key.field, value) {
      case (.containerID, "new"): owner.isContainerNew = true
      case (.containerID, "started"): owner.hasContainerStarted = true
      default: owner.isNew = true
      }
      return
    }
    known.insert(key.field)
    set(key.field, try key.type.value(value, of: name))
  }

  /// Takes a text that the owner has not, or a state that it is not in: `!cgroup`, `!pid=new`.
  private mutating func addAbsence(_ word: String) throws(ExpressionFault) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts.first ?? "")
    guard let key = ScopeCatalog.key(name, in: .scope) ?? ScopeCatalog.key(name, in: .rule) else {
      throw .unknown(
        name, "a key of scopes", among: ScopeCatalog.keys.flatMap(\.spellings))
    }
    if parts.count == 2 {
      guard key.words.contains(String(parts[1])) else {
        throw ExpressionFault("`!` stands before a key alone, or before a state such as `!pid=new`")
      }
      states.insert(key.field)
      return
    }
    switch key.field {
    case .hostName, .executable, .cgroup, .containerName, .containerImage, .podName, .podNamespace,
      .podUID:
      known.insert(key.field)
    case .containerID: try add("not-container")
    default: throw ExpressionFault("every owner has `\(name)`")
    }
  }

  /// The process that is meant: its number when that is told.
  var process: UInt32? { known.contains(.processID) ? owner.processID : nil }

  /// Returns whether the value of a field is given.
  func states(_ field: OwnerField) -> Bool { known.contains(field) }

  /// Returns whether enough is given to decide a condition on a field.
  func determines(_ field: OwnerField, _ condition: Condition) -> Bool {
    let isGiven = known.contains(field)
    guard condition.bounds.isEmpty || isGiven else { return false }
    return (condition.included + condition.excluded).allSatisfy { operand in
      switch operand {
      case .member(FieldValue.state, _): states.contains(field)
      case .member("host", _): isGiven && owner.isInHostMountNamespace
      case .member: isGiven && known.contains(.mountNamespace)
      case .numbers, .addresses, .text: isGiven
      }
    }
  }

  private mutating func set(_ field: OwnerField, _ value: FieldValue) {
    switch value {
    case .number(let number): set(field, number)
    case .text(let text): set(field, text)
    case .member(let namespace, let path):
      owner.executable = path
      owner.isInHostMountNamespace = namespace == "host"
      if let number = UInt32(namespace) {
        owner.mountNamespace = number
        known.insert(.mountNamespace)
      }
    case .address:
      preconditionFailure("no owner has an address")
    }
  }

  /// Sets a field to a number, which fits it because the type of its key limits it.
  private mutating func set(_ field: OwnerField, _ number: UInt64) {
    let short = UInt32(truncatingIfNeeded: number)
    switch field {
    case .userID: owner.userID = short
    case .processID: owner.processID = short
    case .threadID: owner.threadID = short
    case .parentProcessID: owner.parentProcessID = short
    case .namespacedProcessID: owner.namespacedProcessID = short
    case .namespacedThreadID: owner.namespacedThreadID = short
    case .namespacedParentProcessID: owner.namespacedParentProcessID = short
    case .mountNamespace: owner.mountNamespace = short
    case .pidNamespace: owner.pidNamespace = short
    case .netNamespace: owner.netNamespace = short
    case .cgroupID: owner.cgroupID = number
    case .tree: owner.ancestors.append(short)
    case .hostName, .comm, .executable, .cgroup, .container, .containerID, .containerName,
      .containerImage, .podName, .podNamespace, .podUID:
      break
    }
  }

  private mutating func set(_ field: OwnerField, _ text: String) {
    switch field {
    case .hostName: owner.hostName = text
    case .comm: owner.comm = text
    case .executable: owner.executable = text
    case .cgroup: owner.cgroupPath = text
    case .containerID:
      owner.containerID = text
      known.insert(.container)
    case .containerName: owner.containerName = text
    case .containerImage: owner.containerImage = text
    case .podName: owner.podName = text
    case .podNamespace: owner.podNamespace = text
    case .podUID: owner.podUID = text
    case .userID, .processID, .threadID, .parentProcessID, .namespacedProcessID,
      .namespacedThreadID, .namespacedParentProcessID, .mountNamespace, .pidNamespace,
      .netNamespace, .cgroupID, .container, .tree:
      break
    }
  }
}
