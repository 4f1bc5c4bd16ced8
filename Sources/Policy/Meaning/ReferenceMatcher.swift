// SPDX-License-Identifier: Apache-2.0

/// The reference semantics of rules: slow, and simple enough to be obviously correct.
///
/// Tests compare everything else that decides about packets with it.
public enum ReferenceMatcher {
  /// Returns whether a rule matches an event of a packet.
  ///
  /// - Parameter owner: the owner of the packet's socket; nil if there is none.
  public static func matches(_ rule: PlanRule, owner: Owner?, packet: Packet) -> Bool {
    guard packet.events.contains(rule.event) else { return false }
    guard matches(rule.scope, owner: owner), follows(rule, owner: owner) else { return false }
    return rule.filters.allSatisfy { matches($0.condition, packet.fields[$0.field] ?? []) }
  }

  /// Returns whether an owner matches the scope of a policy with `follow`, or has matched it before; true without
  /// `follow`.
  public static func follows(_ rule: PlanRule, owner: Owner?) -> Bool {
    guard let scope = rule.followed else { return true }
    return owner?.followedPolicies.contains(rule.policy) ?? false || matches(scope, owner: owner)
  }

  /// Returns whether an owner is in scope; a missing owner is only in the empty scope.
  public static func matches(_ scope: [Clause<OwnerField>], owner: Owner?) -> Bool {
    guard let owner else { return scope.isEmpty }
    return scope.allSatisfy { clause in
      matches(clause.condition, values(of: clause.field, in: owner))
    }
  }

  /// Returns whether a field with these values meets a condition.
  ///
  /// A field without a value meets no `=` and no bound, and every `!=`. A list meets `=` and bounds if one element
  /// meets all of them, and `!=` if no element is equal.
  public static func matches(_ condition: Condition, _ values: [FieldValue]) -> Bool {
    if condition.excluded.contains(where: { operand in values.contains { operand.contains($0) } }) {
      return false
    }
    if condition.included.isEmpty && condition.bounds.isEmpty { return true }
    return values.contains { value in
      (condition.included.isEmpty || condition.included.contains { $0.contains(value) })
        && condition.bounds.allSatisfy { $0.admits(value) }
    }
  }

  /// Returns the values of an owner's field; none if it is an empty text, which means unknown or absent.
  public static func values(of field: OwnerField, in owner: Owner) -> [FieldValue] {
    switch field {
    case .userID: [.number(UInt64(owner.userID))]
    case .processID: [.number(UInt64(owner.processID))] + state("new", owner.isNew)
    case .threadID: [.number(UInt64(owner.threadID))]
    case .parentProcessID: [.number(UInt64(owner.parentProcessID))]
    case .namespacedProcessID:
      [.number(UInt64(owner.namespacedProcessID))] + state("new", owner.isNew)
    case .namespacedThreadID: [.number(UInt64(owner.namespacedThreadID))]
    case .namespacedParentProcessID: [.number(UInt64(owner.namespacedParentProcessID))]
    case .mountNamespace: [.number(UInt64(owner.mountNamespace))]
    case .pidNamespace: [.number(UInt64(owner.pidNamespace))]
    case .netNamespace: [.number(UInt64(owner.netNamespace))]
    case .hostName: text(owner.hostName)
    case .comm: [.text(owner.comm)]
    case .executable: executable(of: owner)
    case .cgroup: text(owner.cgroupPath)
    case .cgroupID: [.number(owner.cgroupID)]
    case .container: [.number(owner.containerID.isEmpty ? 0 : 1)]
    case .containerID:
      text(owner.containerID) + state("new", owner.isContainerNew)
        + state("started", owner.hasContainerStarted)
    case .containerName: text(owner.containerName)
    case .containerImage: text(owner.containerImage)
    case .podName: text(owner.podName)
    case .podNamespace: text(owner.podNamespace)
    case .podUID: text(owner.podUID)
    case .tree: ([owner.processID] + owner.ancestors).map { .number(UInt64($0)) }
    }
  }

  private static func text(_ text: String) -> [FieldValue] { text.isEmpty ? [] : [.text(text)] }

  private static func state(_ word: String, _ holds: Bool) -> [FieldValue] {
    holds ? [.member(FieldValue.state, word)] : []
  }

  /// Returns the path, and the path as a member of its mount namespace: by number, and as `host` if it is the host's.
  private static func executable(of owner: Owner) -> [FieldValue] {
    guard !owner.executable.isEmpty else { return [] }
    let path = owner.executable
    return [.text(path), .member(String(owner.mountNamespace), path)]
      + (owner.isInHostMountNamespace ? [.member(FieldValue.host, path)] : [])
  }
}

extension Operand {
  /// Returns whether the operand matches a value.
  public func contains(_ value: FieldValue) -> Bool {
    switch (self, value) {
    case (.numbers(let range), .number(let number)): range.contains(number)
    case (.addresses(let range), .address(let address)): range.contains(address)
    case (.text(let pattern), .text(let text)): pattern.matches(text)
    case (.member(let name, let pattern), .member(let other, let text)):
      name == other && pattern.matches(text)
    default: false
    }
  }
}

extension TextPattern {
  /// Returns whether the pattern matches a text; compares bytes.
  public func matches(_ text: String) -> Bool {
    switch self {
    case .exact(let whole): text.utf8.elementsEqual(whole.utf8)
    case .prefix(let start): text.utf8.starts(with: start.utf8)
    case .suffix(let end): text.utf8.reversed().starts(with: end.utf8.reversed())
    case .contains(let part):
      part.isEmpty || text.utf8.indices.contains { text.utf8[$0...].starts(with: part.utf8) }
    }
  }
}

extension Bound {
  /// Returns whether a value is a number within the bound.
  public func admits(_ value: FieldValue) -> Bool {
    guard case .number(let number) = value else { return false }
    switch comparison {
    case .less: return number < limit
    case .lessOrEqual: return number <= limit
    case .greater: return number > limit
    case .greaterOrEqual: return number >= limit
    }
  }
}
