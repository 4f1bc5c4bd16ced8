// SPDX-License-Identifier: Apache-2.0

package import CBPF
import Glibc
package import System

/// The loaded programs, attached to nothing: packets are given to them one by one (`BPF_PROG_TEST_RUN`).
package struct PacketTest: ~Copyable {
  private let object: BPFObject
  private let ring: RingBuffer
  private let counters: KernelCounters
  private let installer: Installer
  private var active: UInt32

  /// Loads the programs with a plan in force.
  package init(_ tables: KernelTables, ringBytes: UInt32 = 1 << 20) throws(SystemError) {
    let hooks = try Hooks()
    let object = try BPFObject()
    try object.configure(rowWords: tables.rowWords, ringBytes: ringBytes, hooks: hooks)
    try object.keepPrograms(where: PacketPrograms.names(for: [.ingress, .egress]).contains)
    try object.load()
    let installer = Installer(object, rowWords: tables.rowWords)
    try installer.install(tables)
    try installer.activate(tables.plan.generation)
    ring = try RingBuffer(map: object.descriptor(ofMap: "tp_ring"))
    active = tables.plan.generation
    counters = KernelCounters(
      counters: object.descriptor(ofMap: "tp_counters"),
      losses: object.descriptor(ofMap: "tp_losses"))
    self.installer = installer
    self.object = object
  }

  /// Replaces the plan; its rows are as wide as those of the first at most.
  package mutating func install(_ tables: KernelTables) throws(SystemError) {
    let generation = tables.plan.generation
    try installer.install(tables)
    try installer.activate(generation)
    // No program runs now: each test has ended.
    try installer.clear(active)
    active = generation
  }

  /// Runs the program of a direction on a packet that begins with its IP header.
  ///
  /// - Returns: the program's verdict, and the mean time of a run in nanoseconds.
  package func run(
    _ direction: tp_direction, _ packet: [UInt8], times: Int32 = 1
  ) throws(SystemError) -> (verdict: UInt32, nanoseconds: UInt32) {
    let program = object.descriptor(
      ofProgram: direction == TP_EGRESS ? "tp_on_egress" : "tp_on_ingress")
    // The kernel refuses to test a frame that is shorter than its type's header; the programs look at the bytes alone.
    let isIPv6 = packet.count >= 40 && packet[0] >> 4 == 6
    var frame = [UInt8](repeating: 0, count: 12) + (isIPv6 ? [0x86, 0xdd] : [0x08, 0x00]) + packet
    var options = unsafe bpf_test_run_opts()
    unsafe options.sz = MemoryLayout<bpf_test_run_opts>.size
    unsafe options.repeat = times
    unsafe options.data_size_in = UInt32(frame.count)
    let code = unsafe frame.withUnsafeMutableBytes { bytes in
      unsafe options.data_in = UnsafeRawPointer(bytes.baseAddress)
      return unsafe bpf_prog_test_run_opts(program, &options)
    }
    guard code == 0 else { throw SystemError("test the program", code: code) }
    return unsafe (options.retval, options.duration)
  }

  /// The descriptors of the tables that a plan has in the kernel, by name; the caller closes them.
  package func tables(generation: UInt32) -> [String: Int32] {
    var found: [String: Int32] = [:]
    for (name, outer) in object.maps(of: BPF_MAP_TYPE_ARRAY_OF_MAPS) {
      var slot = generation % UInt32(TP_PLAN_SLOTS)
      var id: UInt32 = 0
      guard unsafe bpf_map_lookup_elem(outer, &slot, &id) == 0 else { continue }
      found[name] = bpf_map_get_fd_by_id(id)
    }
    return found
  }

  /// Gives `body` each record that is there.
  package func consume(_ body: (RawSpan) -> Bool) throws(SystemError) { try ring.consume(body) }

  /// What the kernel side counted so far.
  package func counts() throws(SystemError) -> KernelCounts { try counters.counts() }

  /// For each of the first `rules` rules of the plan, the packets that it wanted and that found the ring full.
  package func losses(rules: Int) throws(SystemError) -> [UInt64] {
    try counters.losses(of: active, rules: rules)
  }
}
