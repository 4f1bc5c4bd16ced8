// SPDX-License-Identifier: Apache-2.0

import CBPF

/// Where each field of a record is, in bytes from its start.
///
/// Source: `tp_event.h`, as the C compiler laid it out.
enum RecordLayout {
  /// The bytes before the row.
  static var headerSize: Int { MemoryLayout<tp_packet>.size }

  static var kind: Int { offset(\tp_packet.kind) }
  static var generation: Int { offset(\tp_packet.generation) }
  static var time: Int { offset(\tp_packet.time) }
  static var length: Int { offset(\tp_packet.length) }
  static var captured: Int { offset(\tp_packet.captured) }
  static var interface: Int { offset(\tp_packet.interface) }
  static var processor: Int { offset(\tp_packet.processor) }
  static var systemCall: Int { offset(\tp_packet.system_call) }
  static var rowWords: Int { offset(\tp_packet.row_words) }
  static var direction: Int { offset(\tp_packet.direction) }
  static var shape: Int { offset(\tp_packet.shape) }
  static var transportOffset: Int { offset(\tp_packet.transport_offset) }
  static var segmentSize: Int { offset(\tp_packet.segment_size) }
  static var flags: Int { offset(\tp_packet.flags) }
  static var interfaceName: Int { offset(\tp_packet.interface_name) }
  static var ahead: Int { offset(\tp_packet.ahead) }
  static var head: Int { offset(\tp_packet.head) }
  static var connection: Int { offset(\tp_packet.connection) }
  static var owner: Int { offset(\tp_packet.owner) }

  /// Where each field of an owner is, in bytes from the owner's start.
  enum Owner {
    static var id: Int { offset(\tp_owner.id) }
    static var startTime: Int { offset(\tp_owner.start_time) }
    static var leaderStartTime: Int { offset(\tp_owner.leader_start_time) }
    static var parentStartTime: Int { offset(\tp_owner.parent_start_time) }
    static var cgroupID: Int { offset(\tp_owner.cgroup_id) }
    static var processID: Int { offset(\tp_owner.pid) }
    static var threadID: Int { offset(\tp_owner.tid) }
    static var parentProcessID: Int { offset(\tp_owner.ppid) }
    static var namespacedProcessID: Int { offset(\tp_owner.ns_pid) }
    static var namespacedThreadID: Int { offset(\tp_owner.ns_tid) }
    static var namespacedParentProcessID: Int { offset(\tp_owner.ns_ppid) }
    static var userID: Int { offset(\tp_owner.uid) }
    static var mountNamespace: Int { offset(\tp_owner.mount_namespace) }
    static var pidNamespace: Int { offset(\tp_owner.pid_namespace) }
    static var netNamespace: Int { offset(\tp_owner.net_namespace) }
    static var flags: Int { offset(\tp_owner.flags) }
    static var comm: Int { offset(\tp_owner.comm) }
    static var nodeName: Int { offset(\tp_owner.node_name) }
    static var containerID: Int { offset(\tp_owner.container_id) }
    static var executable: Int { offset(\tp_owner.executable) }
  }

  @inline(__always)
  private static func offset<Structure, Field>(_ field: KeyPath<Structure, Field>) -> Int {
    guard let offset = MemoryLayout<Structure>.offset(of: field) else {
      preconditionFailure("a field of a C structure has an offset")
    }
    return offset
  }
}
