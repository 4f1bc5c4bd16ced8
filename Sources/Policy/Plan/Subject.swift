/// The owner of a packet's socket, as far as a policy can ask about it.
///
/// Numbers are in host order. Texts that are not UTF-8 were repaired when they were read.
public struct Owner: Equatable, Sendable {
  /// The real user id in the initial user namespace.
  public var userID: UInt32 = 0
  /// The thread group's id as the host sees it.
  public var processID: UInt32 = 0
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
  /// The container's id; empty on the host.
  public var containerID = ""

  /// Makes an owner with every field 0 or empty.
  public init() {}
}

/// A packet, as far as a policy can ask about it.
public struct Packet: Equatable, Sendable {
  /// The events that the packet gives.
  public var events: Set<EventKind>
  /// What the packet has in each field: nothing if it lacks the field, several values if the field is a list.
  public var fields: [PacketField: [FieldValue]]

  /// Makes a packet.
  public init(events: Set<EventKind>, fields: [PacketField: [FieldValue]]) {
    self.events = events
    self.fields = fields
  }
}

/// A value that a field can have.
public enum FieldValue: Equatable, Hashable, Sendable {
  /// A whole number; a flag as 0 or 1; an enumeration by its number.
  case number(UInt64)
  case address(IPAddress)
  case text(String)
}
