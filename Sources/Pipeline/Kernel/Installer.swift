import CBPF
import Glibc

/// Puts plans into the kernel: all tables of one plan take effect by one write.
struct Installer {
  private let object: BPFTables

  /// The descriptors of the maps that hold the tables, which the object owns.
  struct BPFTables {
    var plans, rows, ports, headers, sources, destinations, numbers, texts, paths, active: Int32

    init(_ object: borrowing BPFObject) {
      plans = object.descriptor(ofMap: "tp_plans")
      rows = object.descriptor(ofMap: "tp_rows")
      ports = object.descriptor(ofMap: "tp_port_classes")
      headers = object.descriptor(ofMap: "tp_header_rows")
      sources = object.descriptor(ofMap: "tp_sources")
      destinations = object.descriptor(ofMap: "tp_destinations")
      numbers = object.descriptor(ofMap: "tp_numbers")
      texts = object.descriptor(ofMap: "tp_texts")
      paths = object.descriptor(ofMap: "tp_paths")
      active = object.descriptor(ofMap: ".data.active")
    }
  }

  init(_ object: borrowing BPFObject) { self.object = BPFTables(object) }

  /// Makes the maps of a plan, and when all are there, makes the plan the one that decides.
  ///
  /// A table that no rule uses is never looked up, so it is left out: each one costs the kernel a grace period.
  /// On an error the plan before stays as it was.
  func install(_ tables: KernelTables) throws(KernelError) {
    let slot = tables.plan.generation % UInt32(TP_PLAN_SLOTS)
    try BPFMap.rows("tp_rows", tables.rows, words: tables.rowWords).put(
      into: object.rows, slot: slot)
    try trie("tp_sources", tables.sources, object.sources, slot, MemoryLayout<tp_address_key>.size)
    try trie(
      "tp_destinations", tables.destinations, object.destinations, slot,
      MemoryLayout<tp_address_key>.size)
    try trie("tp_numbers", tables.numbers, object.numbers, slot, MemoryLayout<tp_number_key>.size)
    try trie("tp_texts", tables.texts, object.texts, slot, MemoryLayout<tp_text_key>.size)
    try trie("tp_paths", tables.paths, object.paths, slot, MemoryLayout<tp_path_key>.size)
    if !tables.sourcePorts.isEmpty {
      let classes = tables.sourcePorts + tables.destinationPorts
      try BPFMap.ports("tp_port_classes", classes).put(into: object.ports, slot: slot)
    }
    if !tables.headerRows.isEmpty {
      try BPFMap.bytes("tp_header_rows", tables.headerRows).put(into: object.headers, slot: slot)
    }
    try BPFMap.one("tp_plans", tables.plan).put(into: object.plans, slot: slot)
    try activate(tables.plan.generation)
  }

  private func trie(
    _ name: String, _ entries: [KernelTables.Entry], _ outer: Int32, _ slot: UInt32, _ keySize: Int
  ) throws(KernelError) {
    guard !entries.isEmpty else { return }
    try BPFMap.trie(name, entries, keySize: keySize).put(into: outer, slot: slot)
  }

  private func activate(_ generation: UInt32) throws(KernelError) {
    var index: UInt32 = 0
    var generation = generation
    let code = unsafe bpf_map_update_elem(object.active, &index, &generation, 0)
    guard code == 0 else { throw KernelError("activate the plan", code: code) }
  }
}
