// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// The owner of a packet's socket, seen through the bytes of its record.
///
/// Integers are in host byte order, texts are the bytes that the kernel had, in any encoding.
/// Source: `struct tp_owner` of `tp_event.h`.
struct OwnerReader: ~Escapable {
  /// All of it.
  let bytes: RawSpan

  /// Takes exactly the bytes of an owner.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  /// The owner of what nobody owns: all numbers are 0, all texts empty.
  static var nobody: OwnerReader {
    @_lifetime(immortal) get {
      let zeros = unsafe UnsafeRawBufferPointer(
        start: Self.zeros, count: MemoryLayout<tp_owner>.size)
      return unsafe _overrideLifetime(OwnerReader(zeros.bytes), borrowing: ())
    }
  }

  /// Lives as long as the process.
  private nonisolated(unsafe) static let zeros: UnsafeRawPointer = {
    let size = MemoryLayout<tp_owner>.size
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    return UnsafeRawPointer(memory)
  }()

  /// A number that is new whenever another field is; 0 when nobody is known.
  var id: UInt64 { bytes.host(RecordLayout.Owner.id) }
  /// When the thread started, in ns of `CLOCK_BOOTTIME`.
  var startTime: UInt64 { bytes.host(RecordLayout.Owner.startTime) }
  /// When the leader of its thread group started.
  var leaderStartTime: UInt64 { bytes.host(RecordLayout.Owner.leaderStartTime) }
  /// When the leader of its parent's thread group started.
  var parentStartTime: UInt64 { bytes.host(RecordLayout.Owner.parentStartTime) }
  var cgroupID: UInt64 { bytes.host(RecordLayout.Owner.cgroupID) }
  var processID: UInt32 { bytes.host(RecordLayout.Owner.processID) }
  var threadID: UInt32 { bytes.host(RecordLayout.Owner.threadID) }
  var parentProcessID: UInt32 { bytes.host(RecordLayout.Owner.parentProcessID) }
  var namespacedProcessID: UInt32 { bytes.host(RecordLayout.Owner.namespacedProcessID) }
  var namespacedThreadID: UInt32 { bytes.host(RecordLayout.Owner.namespacedThreadID) }
  var namespacedParentProcessID: UInt32 {
    bytes.host(RecordLayout.Owner.namespacedParentProcessID)
  }
  var userID: UInt32 { bytes.host(RecordLayout.Owner.userID) }
  var mountNamespace: UInt32 { bytes.host(RecordLayout.Owner.mountNamespace) }
  var pidNamespace: UInt32 { bytes.host(RecordLayout.Owner.pidNamespace) }
  var netNamespace: UInt32 { bytes.host(RecordLayout.Owner.netNamespace) }

  /// Whether it is a 32-bit task of a 64-bit kernel.
  var isCompat: Bool { has(TP_OWNER_COMPAT) }
  /// Whether its process was forked, or executed something, after the tracer started.
  var isNew: Bool { has(TP_OWNER_NEW) }
  /// Whether its container is younger than the tracer.
  var isContainerNew: Bool { has(TP_OWNER_CONTAINER_NEW) }
  /// Whether its container has begun to run.
  var containerStarted: Bool { has(TP_OWNER_CONTAINER_STARTED) }

  var comm: RawSpan {
    @_lifetime(copy self) get { bytes.text(RecordLayout.Owner.comm, capacity: Int(TP_COMM_LENGTH)) }
  }
  var nodeName: RawSpan {
    @_lifetime(copy self) get {
      bytes.text(RecordLayout.Owner.nodeName, capacity: Int(TP_NODE_NAME_LENGTH))
    }
  }
  var containerID: RawSpan {
    @_lifetime(copy self) get {
      bytes.text(RecordLayout.Owner.containerID, capacity: Int(TP_CONTAINER_ID_LENGTH))
    }
  }
  var executable: RawSpan {
    @_lifetime(copy self) get {
      bytes.text(RecordLayout.Owner.executable, capacity: Int(TP_EXECUTABLE_LENGTH))
    }
  }

  private func has(_ flag: tp_owner_flags) -> Bool {
    bytes.host(RecordLayout.Owner.flags, as: UInt32.self) & flag.rawValue != 0
  }
}
