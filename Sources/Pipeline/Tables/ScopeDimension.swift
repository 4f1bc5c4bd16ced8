// SPDX-License-Identifier: Apache-2.0

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
    case .hostName: TP_SCOPE_NODE_NAME
    case .containerID: TP_SCOPE_CONTAINER_ID
    case .executable: TP_SCOPE_EXECUTABLE
    case .containerName, .containerImage, .podName, .podNamespace, .podUID, .tree:
      nil
    }
  }

  /// The number of a dimension in a state (`TP_STATE`).
  static func number(_ dimension: tp_scope_dimension, state: Int) -> UInt32 {
    dimension.rawValue + UInt32(TP_SCOPE_DIMENSIONS) * UInt32(state)
  }

  /// Who is in each state that the kernel looks a field up in, in order of `enum tp_state`.
  static func states(of field: OwnerField) -> [Owner] {
    func owner(_ change: (inout Owner) -> Void) -> Owner {
      var owner = Owner()
      change(&owner)
      return owner
    }
    return switch field {
    case .processID, .namespacedProcessID: [Owner(), owner { $0.isNew = true }]
    case .executable: [Owner(), owner { $0.isInHostMountNamespace = true }]
    case .containerID:
      [
        Owner(), owner { $0.isContainerNew = true }, owner { $0.hasContainerStarted = true },
        owner { ($0.isContainerNew, $0.hasContainerStarted) = (true, true) },
      ]
    default: [Owner()]
    }
  }
}

extension Owner {
  /// What the owner would have in a field if that held this text.
  func values(of field: OwnerField, text: String) -> [FieldValue] {
    var owner = self
    switch field {
    case .comm: owner.comm = text
    case .hostName: owner.hostName = text
    case .executable: owner.executable = text
    case .cgroup: owner.cgroupPath = text
    case .containerID: owner.containerID = text
    default: preconditionFailure("\(field) is no text that the kernel knows")
    }
    return ReferenceMatcher.values(of: field, in: owner)
  }

  /// What the owner would have in a field if that held this number.
  func values(of field: OwnerField, number: UInt64) -> [FieldValue] {
    let states = ReferenceMatcher.values(of: field, in: self).filter {
      if case .member = $0 { true } else { false }
    }
    return [.number(number)] + states
  }
}
