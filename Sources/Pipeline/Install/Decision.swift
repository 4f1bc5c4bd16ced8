import CBPF
public import Policy

/// Which clauses the kernel decides. What it cannot is left to user space, with the clause's bit set in every row.
enum Decision {
  /// How the kernel finds the row of an owner's field.
  enum ScopeLookup {
    case numbers, texts, paths, flag
  }

  /// How the kernel finds the row of a field of the owner, and which dimension that is.
  static func lookup(of field: OwnerField) -> (lookup: ScopeLookup, dimension: tp_scope_dimension)? {
    switch field {
    case .userID: (.numbers, TP_SCOPE_UID)
    case .processID: (.numbers, TP_SCOPE_PID)
    case .threadID: (.numbers, TP_SCOPE_TID)
    case .parentProcessID: (.numbers, TP_SCOPE_PPID)
    case .namespacedProcessID: (.numbers, TP_SCOPE_NS_PID)
    case .namespacedThreadID: (.numbers, TP_SCOPE_NS_TID)
    case .namespacedParentProcessID: (.numbers, TP_SCOPE_NS_PPID)
    case .mountNamespace: (.numbers, TP_SCOPE_MOUNT_NAMESPACE)
    case .pidNamespace: (.numbers, TP_SCOPE_PID_NAMESPACE)
    case .netNamespace: (.numbers, TP_SCOPE_NET_NAMESPACE)
    case .cgroupID: (.numbers, TP_SCOPE_CGROUP_ID)
    case .comm: (.texts, TP_SCOPE_COMM)
    case .cgroup: (.paths, TP_SCOPE_CGROUP)
    case .container: (.flag, TP_SCOPE_CONTAINER)
    default: nil
    }
  }

  /// Whether the kernel decides a clause on the owner.
  static func isInKernel(_ clause: Clause<OwnerField>) -> Bool {
    switch lookup(of: clause.field)?.lookup {
    case .numbers, .flag: isAboutNumbers(clause.condition)
    case .texts: fits(clause.condition, capacity: Int(TP_COMM_LENGTH))
    case .paths: fits(clause.condition, capacity: Int(TP_CGROUP_PATH_LENGTH))
    case nil: false
    }
  }

  /// Whether the kernel decides a clause on the packet.
  static func isInKernel(_ clause: Clause<PacketField>) -> Bool {
    switch clause.field {
    case .source, .destination, .sourcePort, .destinationPort, .direction: true
    default: false
    }
  }

  private static func fits(_ condition: Condition, capacity: Int) -> Bool {
    (condition.included + condition.excluded).allSatisfy {
      if case .text(let pattern) = $0 { TextPrefix(pattern, capacity: capacity) != nil } else { false }
    }
  }

  private static func isAboutNumbers(_ condition: Condition) -> Bool {
    (condition.included + condition.excluded).allSatisfy {
      if case .numbers = $0 { true } else { false }
    }
  }
}

extension Undecided {
  /// Finds the clauses of a rule that the kernel does not decide.
  public init(_ rule: Rule) {
    self.init(
      scope: rule.scope.filter { !Decision.isInKernel($0) },
      filters: rule.filters.filter { !Decision.isInKernel($0) },
      following: rule.followed == nil ? nil : rule)
  }
}
