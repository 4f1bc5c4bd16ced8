// SPDX-License-Identifier: Apache-2.0

/// The parts of the language that the tracer can evaluate. The others are checked and refused by name, never ignored.
extension OwnerField {
  /// Whether the tracer knows this field of owners, so that filters on it are evaluated.
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
  /// Whether filters on this field are evaluated: on all fields except the time of a packet.
  public var isSupported: Bool { self != .timestamp }
}
