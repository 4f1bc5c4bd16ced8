/// What of the language the tracer can decide. The rest is understood, checked, and refused by name, never ignored.
extension OwnerField {
  /// Whether owners carry this field, and filters on it are decided.
  public var isSupported: Bool {
    switch self {
    case .userID, .processID, .threadID, .parentProcessID, .namespacedProcessID,
      .namespacedThreadID, .namespacedParentProcessID, .mountNamespace, .pidNamespace,
      .netNamespace, .hostName, .comm, .executable, .cgroup, .cgroupID, .container, .containerID,
      .tree:
      true
    case .containerName, .containerImage, .podName, .podNamespace, .podUID: false
    }
  }
}

extension PacketField {
  /// Whether packets carry this field, and filters on it are decided: all but the time of a packet.
  public var isSupported: Bool { self != .timestamp }
}
