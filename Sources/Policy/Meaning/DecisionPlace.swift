/// Where a clause is decided.
public enum DecisionPlace: Equatable, Sendable {
  /// By the kernel's tables, before anything is recorded.
  case kernel
  /// In user space, packet by packet.
  case userSpace(reason: String)

  /// Where it is decided whether an element of a list meets conditions.
  static let ofElements = DecisionPlace.userSpace(reason: "the kernel does not read lists")

  /// Where it is decided whether a scope that says `follow` holds, or has held once.
  static let followed = DecisionPlace.userSpace(reason: "the kernel does not remember who matched")
}

/// How the kernel finds out which rules a value of a field meets.
public enum KernelTable: Equatable, Hashable, Sendable {
  /// Numbers, by a trie of their bits.
  case numbers
  /// Texts, by a trie of their first bytes.
  ///
  /// - Parameter capacity: the bytes that are compared, the NUL that ends a shorter text among them.
  case texts(capacity: Int)
  /// The numbers of a process and of its ancestors, each by the trie of numbers.
  case descent
  /// A flag, by its two values.
  case flag
  /// Addresses, by a trie of their bits.
  case addresses
  /// Ports, each with a row.
  case ports
  /// A number that a header holds: one within a byte by its values, a longer one by a trie of its bits.
  case header(HeaderBits)
}

extension OwnerField {
  /// The kernel's table for the field; nil when there is none.
  public var kernelTable: KernelTable? {
    switch self {
    case .userID, .processID, .threadID, .parentProcessID, .namespacedProcessID,
      .namespacedThreadID, .namespacedParentProcessID, .mountNamespace, .pidNamespace,
      .netNamespace, .cgroupID:
      .numbers
    case .comm: .texts(capacity: 16)
    case .hostName, .containerID: .texts(capacity: 64)
    case .executable, .cgroup: .texts(capacity: 252)
    case .container: .flag
    case .containerName, .containerImage, .podName, .podNamespace, .podUID: nil
    case .tree: .descent
    }
  }

  /// The name of the values for which the kernel's table has a part of its own, beside the one for all others.
  ///
  /// See ``FieldValue/member(_:_:)``.
  fileprivate var memberOfTable: String? {
    switch self {
    case .processID, .namespacedProcessID, .containerID: FieldValue.state
    case .executable: FieldValue.host
    default: nil
    }
  }
}

extension PacketField {
  /// The kernel's table for the field; nil when there is none.
  public var kernelTable: KernelTable? {
    switch self {
    case .source, .destination: .addresses
    case .sourcePort, .destinationPort: .ports
    case .direction: .flag
    default: commonField?.kernelTable ?? headerBits.map(KernelTable.header)
    }
  }
}

extension PacketField {
  /// Why the kernel has no table for it.
  fileprivate var reasonForUserSpace: String {
    if description.derivation != nil { return "the kernel does not work it out" }
    if self == .systemCall || rawValue == "metadata.iface" {
      return "the kernel knows its number, and user space finds the name"
    }
    let isInMessage = description.events != EventKind.allCases
    return isInMessage && !rawValue.hasPrefix("metadata.")
      ? "it stands in the message, which the kernel does not read" : "no header holds it"
  }
}

extension Clause<OwnerField> {
  /// Where the clause is decided.
  public var decisionPlace: DecisionPlace { condition.decisionPlace(of: field) }
}

extension Clause<PacketField> {
  /// Where the clause is decided.
  public var decisionPlace: DecisionPlace { condition.decisionPlace(of: field) }
}

extension Condition {
  /// Where the condition is decided for a field of the owner.
  func decisionPlace(of field: OwnerField) -> DecisionPlace {
    guard let table = field.kernelTable else {
      return .userSpace(reason: "the container's runtime tells it, whom the kernel cannot ask")
    }
    return decisionPlace(table, member: field.memberOfTable)
  }

  /// Where the condition is decided for a field of the packet.
  func decisionPlace(of field: PacketField) -> DecisionPlace {
    guard let table = field.kernelTable else {
      return .userSpace(reason: field.reasonForUserSpace)
    }
    return decisionPlace(table, member: nil)
  }

  /// Where the condition is decided for a field with this table.
  ///
  /// - Parameter member: the name of the values for which the table has a part of its own.
  private func decisionPlace(_ table: KernelTable, member: String?) -> DecisionPlace {
    let reasons = (included + excluded).lazy.compactMap {
      $0.reasonForUserSpace(table, member: member)
    }
    return reasons.first.map(DecisionPlace.userSpace) ?? .kernel
  }
}

extension Operand {
  fileprivate func reasonForUserSpace(_ table: KernelTable, member: String?) -> String? {
    switch (self, table) {
    case (.numbers, .numbers), (.numbers, .descent), (.numbers, .flag), (.numbers, .ports),
      (.numbers, .header),
      (.addresses, .addresses):
      nil
    case (.text(let pattern), .texts(let capacity)): pattern.reasonForUserSpace(capacity)
    case (.member(member, let pattern), .texts(let capacity)):
      pattern.reasonForUserSpace(capacity)
    case (.member(member, _), .numbers): nil
    case (.member, .texts): "the kernel's table tells only the host's mount namespace from others"
    default: "the kernel has no table for it"
    }
  }
}

extension TextPattern {
  fileprivate func reasonForUserSpace(_ capacity: Int) -> String? {
    switch self {
    case .suffix(""), .contains(""): nil
    case .suffix, .contains: "the kernel's tables are searched from the start of a text"
    case .prefix(let text) where text.utf8.count > capacity,
      .exact(let text) where text.utf8.count >= capacity:
      "the kernel's table holds fewer bytes"
    case .prefix(let text), .exact(let text):
      text.utf8.contains(0) ? "in the kernel's table a text ends at a NUL" : nil
    }
  }
}
