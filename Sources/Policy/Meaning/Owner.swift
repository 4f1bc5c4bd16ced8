// SPDX-License-Identifier: Apache-2.0

/// The owner of a packet's socket, with the fields that policies can use.
///
/// Texts that were not UTF-8 have been repaired.
public struct Owner: Equatable, Sendable {
  /// The real user id in the initial user namespace.
  public var userID: UInt32 = 0
  /// The process id (thread group id) seen from the host.
  public var processID: UInt32 = 0
  /// The start time of the thread group's leader, in nanoseconds of `CLOCK_BOOTTIME`; with ``processID`` it identifies
  /// the process.
  public var startTime: UInt64 = 0
  /// The thread id seen from the host.
  public var threadID: UInt32 = 0
  /// The process id of the parent seen from the host.
  public var parentProcessID: UInt32 = 0
  /// The process id in the process's own pid namespace; 0 if it is not known.
  public var namespacedProcessID: UInt32 = 0
  /// The thread id in the process's own pid namespace; 0 if it is not known.
  public var namespacedThreadID: UInt32 = 0
  /// The process id of the parent in the process's own pid namespace; 0 if the parent is outside it.
  public var namespacedParentProcessID: UInt32 = 0
  /// The inode number of the mount namespace.
  public var mountNamespace: UInt32 = 0
  /// The inode number of the pid namespace.
  public var pidNamespace: UInt32 = 0
  /// The inode number of the network namespace.
  public var netNamespace: UInt32 = 0
  /// The id of the owner's cgroup in the v2 tree.
  public var cgroupID: UInt64 = 0
  /// The path of the owner's cgroup from the root of the v2 tree, `/` or `/a/b`; empty if it is not known.
  public var cgroupPath = ""
  /// The name of the task, at most 15 bytes.
  public var comm = ""
  /// The node name of the UTS namespace, which `uname -n` prints.
  public var hostName = ""
  /// The path of the executable; empty if it is not known.
  public var executable = ""
  /// Whether the mount namespace is that of the host's first process.
  public var isInHostMountNamespace = false
  /// The id of the container; empty on the host.
  public var containerID = ""
  /// The name of the container; empty if it is not known.
  public var containerName = ""
  /// The image of the container; empty if it is not known.
  public var containerImage = ""
  /// The name of the Kubernetes pod; empty if there is none or it is not known.
  public var podName = ""
  /// The namespace of the Kubernetes pod; empty if there is none or it is not known.
  public var podNamespace = ""
  /// The uid of the Kubernetes pod; empty if there is none or it is not known.
  public var podUID = ""
  /// The process ids of the ancestors seen from the host, nearest first.
  public var ancestors: [UInt32] = []
  /// Whether the process was forked or executed a program after the policies were applied.
  public var isNew = false
  /// Whether the container was created after the policies were applied.
  public var isContainerNew = false
  /// Whether the container has executed a program since it was created.
  public var hasContainerStarted = false

  /// The indexes of policies with `follow` whose scope the process or one of its ancestors has matched before.
  public var followedPolicies: Set<Int> = []

  /// Creates an owner with every field 0, false or empty.
  public init() {}
}
