// SPDX-License-Identifier: Apache-2.0

/// A field of the owner of a socket that scopes and filters can use.
///
/// The raw value is a key that means this field in policy files. The keys `pid`, `tid` and `ppid` mean the host's view
/// in a scope, and the process's own namespace in a rule's filters.
public enum OwnerField: String, CaseIterable, Hashable, Sendable {
  case userID = "uid"
  case processID = "pid"
  case threadID = "tid"
  case parentProcessID = "ppid"
  case namespacedProcessID = "processId"
  case namespacedThreadID = "threadId"
  case namespacedParentProcessID = "parentProcessId"
  case mountNamespace = "mntns"
  case pidNamespace = "pidns"
  case netNamespace = "netns"
  case hostName = "uts"
  case comm = "comm"
  case executable = "executable"
  case cgroup = "cgroup"
  case cgroupID = "cgroupId"
  /// A flag: 1 if the owner runs in a container, 0 on the host.
  case container = "container"
  case containerID = "containerId"
  case containerName = "containerName"
  case containerImage = "containerImage"
  case podName = "podName"
  case podNamespace = "podNamespace"
  case podUID = "podUid"
  /// A list: the ids of the process and of its ancestors.
  case tree = "tree"
}
