// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

extension tp_config {
  /// What this process fixes when it loads the programs; the same each time but for the width of rows.
  init(row_words: UInt32, ring_bytes: UInt32, _ hooks: Hooks) {
    self.init(
      row_words: row_words, tracer: UInt32(getpid()), started: ProcessStart.time,
      host_mount_namespace: HostMountNamespace.inode ?? 0, ring_bytes: ring_bytes,
      tracer_namespace: Namespace.inode("/proc/self/ns/pid") ?? 0,
      accepts_by_name: hooks.accepting == .byName ? 1 : 0, secrets: OwnerSecrets.numbers,
      task_type: hooks.taskType, _reserved: 0)
  }
}

/// What keeps others from making up two owners whose ids are the same.
private enum OwnerSecrets {
  /// Odd random numbers, the same for all programs of this process.
  static let numbers: (UInt64, UInt64) = {
    var generator = SystemRandomNumberGenerator()
    return (generator.next() | 1, generator.next() | 1)
  }()
}
