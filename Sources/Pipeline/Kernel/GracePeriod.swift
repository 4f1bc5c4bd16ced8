// SPDX-License-Identifier: Apache-2.0

import CBPF
import System

/// A way to wait until every program that sees packets, and runs now, has come to its end.
final class GracePeriod: Sendable {
  private let outer: Descriptor
  private let inner: BPFMap

  /// Makes the maps that the kernel is made to wait with.
  init() throws(SystemError) {
    let inner = try BPFMap.one("tp_grace", UInt64(0))
    var options = bpf_map_create_opts()
    options.sz = MemoryLayout<bpf_map_create_opts>.size
    options.inner_map_fd = UInt32(inner.descriptor)
    let number = unsafe bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "tp_graces", 4, 4, 1, &options)
    guard number >= 0 else { throw SystemError("make a map of maps", code: number) }
    outer = Descriptor(owning: number)
    self.inner = inner
  }

  /// Waits: the kernel comes back from a change of a map of maps when all programs can see it.
  func wait() throws(SystemError) { try inner.put(into: outer.number, slot: 0) }
}
