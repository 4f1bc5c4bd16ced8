import CBPF
import Policy

/// The dimension of scope that the kernel side knows a field of the owner by.
enum ScopeDimension {
  /// The number of the wire; nil when the kernel has no table for the field.
  static func of(_ field: OwnerField) -> tp_scope_dimension? {
    switch field {
    case .userID: TP_SCOPE_UID
    case .processID: TP_SCOPE_PID
    case .threadID: TP_SCOPE_TID
    case .parentProcessID: TP_SCOPE_PPID
    case .namespacedProcessID: TP_SCOPE_NS_PID
    case .namespacedThreadID: TP_SCOPE_NS_TID
    case .namespacedParentProcessID: TP_SCOPE_NS_PPID
    case .mountNamespace: TP_SCOPE_MOUNT_NAMESPACE
    case .pidNamespace: TP_SCOPE_PID_NAMESPACE
    case .netNamespace: TP_SCOPE_NET_NAMESPACE
    case .cgroupID: TP_SCOPE_CGROUP_ID
    case .comm: TP_SCOPE_COMM
    case .cgroup: TP_SCOPE_CGROUP
    case .container: TP_SCOPE_CONTAINER
    case .hostName, .executable, .containerID, .containerName, .containerImage, .podName,
      .podNamespace, .podUID, .tree:
      nil
    }
  }
}
