// SPDX-License-Identifier: Apache-2.0

/// The place where a clause is decided: in the kernel or in user space.
public enum DecisionPlace: Equatable, Sendable {
  /// In the kernel's tables, before a packet is recorded.
  case kernel
  /// In user space, for each recorded packet.
  ///
  /// - Parameter reason: why the kernel cannot decide it, as a part of a sentence.
  case userSpace(reason: String)

  /// The place where a scope with `follow` is decided.
  static let followed = DecisionPlace.userSpace(
    reason: "the kernel does not remember which processes have matched")
}

/// The kind of table in which the kernel looks up the rules that a value of a field matches.
public enum KernelTable: Equatable, Hashable, Sendable {
  /// A trie of the bits of numbers.
  case numbers
  /// A trie of the first bytes of texts.
  ///
  /// - Parameter capacity: the bytes that are compared, including the NUL after a shorter text.
  case texts(capacity: Int)
  /// The trie of numbers, for the ids of a process and of its ancestors.
  case descent
  /// An entry for each of the two values of a flag.
  case flag
  /// A trie of the bits of addresses.
  case addresses
  /// An array with an entry for each port.
  case ports
  /// A number in a header: an array for one within a byte, a trie of bits for a longer one.
  case header(HeaderBits)
}

extension OwnerField {
  /// The kind of table that the kernel has for the field; nil if it has none.
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

  /// The name of the members (``FieldValue/member(_:_:)``) for which the kernel's table has a separate part; nil if
  /// none.
  fileprivate var memberOfTable: String? {
    switch self {
    case .processID, .namespacedProcessID, .containerID: FieldValue.state
    case .executable: FieldValue.host
    default: nil
    }
  }
}

extension PacketField {
  /// The kind of table that the kernel has for the field; nil if it has none.
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
  /// The reason why the kernel has no table for the field.
  fileprivate var reasonForUserSpace: String {
    if self == .systemCall || rawValue == "metadata.iface" {
      return "the kernel has only its number, and user space looks up the name"
    }
    let isInMessage = description.events != EventKind.allCases
    return isInMessage && !rawValue.hasPrefix("metadata.")
      ? "it is in the message, which the kernel does not parse" : "no header contains it"
  }
}

extension Clause<OwnerField> {
  /// The place where the clause is decided.
  public var decisionPlace: DecisionPlace { condition.decisionPlace(of: field) }
}

extension Clause<PacketField> {
  /// The place where the clause is decided.
  public var decisionPlace: DecisionPlace { condition.decisionPlace(of: field) }
}

extension Condition {
  /// Returns the place where the condition is decided for a field of the owner.
  func decisionPlace(of field: OwnerField) -> DecisionPlace {
    guard let table = field.kernelTable else {
      return .userSpace(reason: "only the container runtime knows this value")
    }
    return decisionPlace(table, member: field.memberOfTable)
  }

  /// Returns the place where the condition is decided for a field of the packet.
  func decisionPlace(of field: PacketField) -> DecisionPlace {
    guard let table = field.kernelTable else {
      return .userSpace(reason: field.reasonForUserSpace)
    }
    return decisionPlace(table, member: nil)
  }

  /// Returns the place where the condition is decided for a field with a table.
  ///
  /// - Parameter member: the name of the members for which the table has a separate part.
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
    case (.member, .texts): "the kernel's table distinguishes only the host's mount namespace"
    default: "the kernel has no table for it"
    }
  }
}

extension TextPattern {
  fileprivate func reasonForUserSpace(_ capacity: Int) -> String? {
    switch self {
    case .suffix(""), .contains(""): nil
    case .suffix, .contains: "the kernel's tables match a text only from its start"
    case .prefix(let text) where text.utf8.count > capacity,
      .exact(let text) where text.utf8.count >= capacity:
      "it is longer than the texts in the kernel's table"
    case .prefix(let text), .exact(let text):
      text.utf8.contains(0) ? "texts in the kernel's table end at a NUL" : nil
    }
  }
}
