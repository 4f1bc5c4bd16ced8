// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Pipeline
import Policy

/// Prints the kernel memory of all tables, and what it takes to make them from a plan, to have them in force, and to
/// have the tables of a next plan in force and the old ones freed, while tracing goes on.
///
/// The ring is left out: its size is a setting. The memory is what the kernel says of each map (`memlock` in `fdinfo`).
func measureTables() throws {
  print(
    "\nrules  KiB of tables  ms to make them  ms to apply, with loading and attaching  "
      + "ms to reload  ms to free the old")
  for count in [1, 64, 1024] {
    let plan = unwantedPlan(rules: count)
    let start = seconds()
    let tables = KernelTables(plan, generation: 1)
    let made = seconds()
    let before = Set(mapIDs())
    var tracer = try Tracer(tables)
    let applied = seconds()
    let bytes = try mapIDs().filter { !before.contains($0) }.reduce(0) {
      try $0 + memory(ofMap: $1)
    }
    let asked = seconds()
    let next = try tracer.loader.load(KernelTables(plan, generation: 2)) { tables }
    let outgoing = try tracer.activate(next)
    let reloaded = seconds()
    try outgoing.free()
    let freed = seconds()
    let times = [made - start, applied - made, reloaded - asked, freed - reloaded].map {
      "\(($0 * 10_000).rounded() / 10)"
    }
    print("  \(count)", bytes / 1024, times.joined(separator: "\t"), separator: "\t")
  }
}

private func mapIDs() -> [UInt32] {
  var ids: [UInt32] = []
  var id: UInt32 = 0
  while bpf_map_get_next_id(id, &id) == 0 { ids.append(id) }
  return ids
}

/// The bytes of a map, 0 for the ring, and for one that is gone by now.
private func memory(ofMap id: UInt32) throws -> Int {
  let map = bpf_map_get_fd_by_id(id)
  guard map >= 0 else { return 0 }
  defer { close(map) }
  guard let file = fopen("/proc/self/fdinfo/\(map)", "r") else { throw Refused("read fdinfo") }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  var bytes = 0
  while fgets(&line, CInt(line.count), file) != nil {
    let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      .split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let value = Int(words[1]) else { continue }
    if words[0] == "map_type:" && value == Int(BPF_MAP_TYPE_RINGBUF.rawValue) { return 0 }
    if words[0] == "memlock:" { bytes = value }
  }
  return bytes
}
