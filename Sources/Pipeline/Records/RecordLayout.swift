import CBPF

/// Where each field of a record is, in bytes from its start.
///
/// Source: `tp_event.h`, as the C compiler laid it out.
enum RecordLayout {
  /// The bytes before the row.
  static let headerSize = MemoryLayout<tp_packet>.size

  static let kind = offset(\tp_packet.kind)
  static let generation = offset(\tp_packet.generation)
  static let time = offset(\tp_packet.time)
  static let length = offset(\tp_packet.length)
  static let captured = offset(\tp_packet.captured)
  static let interface = offset(\tp_packet.interface)
  static let processor = offset(\tp_packet.processor)
  static let systemCall = offset(\tp_packet.system_call)
  static let rowWords = offset(\tp_packet.row_words)
  static let direction = offset(\tp_packet.direction)
  static let shape = offset(\tp_packet.shape)
  static let transportOffset = offset(\tp_packet.transport_offset)
  static let owner = offset(\tp_packet.owner)

  /// Where each field of an owner is, in bytes from the owner's start.
  enum Owner {
    static let id = offset(\tp_owner.id)
    static let startTime = offset(\tp_owner.start_time)
    static let leaderStartTime = offset(\tp_owner.leader_start_time)
    static let parentStartTime = offset(\tp_owner.parent_start_time)
    static let cgroupID = offset(\tp_owner.cgroup_id)
    static let processID = offset(\tp_owner.pid)
    static let threadID = offset(\tp_owner.tid)
    static let parentProcessID = offset(\tp_owner.ppid)
    static let namespacedProcessID = offset(\tp_owner.ns_pid)
    static let namespacedThreadID = offset(\tp_owner.ns_tid)
    static let namespacedParentProcessID = offset(\tp_owner.ns_ppid)
    static let userID = offset(\tp_owner.uid)
    static let mountNamespace = offset(\tp_owner.mount_namespace)
    static let pidNamespace = offset(\tp_owner.pid_namespace)
    static let netNamespace = offset(\tp_owner.net_namespace)
    static let flags = offset(\tp_owner.flags)
    static let comm = offset(\tp_owner.comm)
    static let nodeName = offset(\tp_owner.node_name)
    static let containerID = offset(\tp_owner.container_id)
    static let executable = offset(\tp_owner.executable)
  }

  @inline(__always)
  private static func offset<Structure, Field>(_ field: KeyPath<Structure, Field>) -> Int {
    guard let offset = MemoryLayout<Structure>.offset(of: field) else {
      preconditionFailure("a field of a C structure has an offset")
    }
    return offset
  }
}
