import CBPF
import Glibc

extension tp_config {
  /// What this process fixes when it loads the programs; the same each time but for the width of rows.
  init(row_words: UInt32, ring_bytes: UInt32) {
    self.init(
      row_words: row_words, tracer: UInt32(getpid()), started: TracerStart.time,
      host_mount_namespace: HostMountNamespace.inode ?? 0, ring_bytes: ring_bytes,
      tracer_namespace: Namespace.inode("/proc/self/ns/pid") ?? 0, _reserved: 0)
  }
}
