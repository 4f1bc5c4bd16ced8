/// The owner of a packet's socket, as far as a policy can ask about it.
///
/// Numbers are in host order. Texts that are not UTF-8 were repaired when they were read.
public struct Owner: Equatable, Sendable {
  /// The real user id in the initial user namespace.
  public var userID: UInt32 = 0
  /// The thread group's id as the host sees it.
  public var processID: UInt32 = 0
  /// When the thread group's leader started, in ns of `CLOCK_BOOTTIME`: no other process has both this and ``processID``.
  public var startTime: UInt64 = 0
  /// The thread's id as the host sees it.
  public var threadID: UInt32 = 0
  /// The id of the parent's thread group as the host sees it.
  public var parentProcessID: UInt32 = 0
  /// The thread group's id in its own pid namespace.
  public var namespacedProcessID: UInt32 = 0
  /// The thread's id in its own pid namespace.
  public var namespacedThreadID: UInt32 = 0
  /// The parent's id in the thread's own pid namespace; 0 when the parent is outside it.
  public var namespacedParentProcessID: UInt32 = 0
  /// The inode of the mount namespace.
  public var mountNamespace: UInt32 = 0
  /// The inode of the pid namespace.
  public var pidNamespace: UInt32 = 0
  /// The inode of the network namespace.
  public var netNamespace: UInt32 = 0
  /// The id of its cgroup in the v2 tree.
  public var cgroupID: UInt64 = 0
  /// The path of that cgroup from the root of the v2 tree: `/` or `/a/b`; empty when it is not known.
  public var cgroupPath = ""
  /// The task's name, at most 15 bytes.
  public var comm = ""
  /// The UTS node name.
  public var hostName = ""
  /// The path of its executable; empty when it is not known.
  public var executable = ""
  /// Whether its mount namespace is the one of the host's first process.
  public var isInHostMountNamespace = false
  /// The container's id; empty on the host.
  public var containerID = ""
  /// The container's name; empty when it is not known.
  public var containerName = ""
  /// The container's image; empty when it is not known.
  public var containerImage = ""
  /// The name of its Kubernetes pod; empty when it has none or it is not known.
  public var podName = ""
  /// The namespace of that pod.
  public var podNamespace = ""
  /// The uid of that pod.
  public var podUID = ""
  /// The ids of its ancestors' thread groups as the host sees them, nearest first.
  public var ancestors: [UInt32] = []
  /// Whether the process was forked or executed after the policies were applied.
  public var isNew = false
  /// Whether the container was created after the policies were applied.
  public var isContainerNew = false
  /// Whether something was executed in the container since it was created.
  public var hasContainerStarted = false

  /// The policies that say `follow` and whose scope its process, or one that it descends from, has matched once.
  public var followedPolicies: Set<Int> = []

  /// Makes an owner with every field 0 or empty.
  public init() {}
}
