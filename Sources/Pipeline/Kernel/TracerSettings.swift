import CBPF

extension tp_config {
  /// What this process fixes when it loads the programs; the same each time but for the width of rows.
  init(row_words: UInt32, tracer: UInt32, ring_bytes: UInt32) {
    self.init(
      row_words: row_words, tracer: tracer, started: TracerStart.time,
      host_mount_namespace: HostMountNamespace.inode ?? 0, ring_bytes: ring_bytes)
  }
}
