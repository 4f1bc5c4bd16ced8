// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Glibc
import TestSupport

/// What a tracer has in the kernel.
final class TracerMemory {
  struct Sizes {
    /// Sockets that something is kept with.
    var sockets = 0
    /// Cgroups that are known, and processes whose executables and whose ancestors are.
    var groups = 0, images = 0, descents = 0
    /// Programs, links and maps.
    var objects: [Int] = []
    /// All that the process has open.
    var descriptors = 0
    /// The bytes of all maps but those of processes and cgroups, as the kernel tells them.
    var memory = 0
  }

  private let process: pid_t
  private let maps: [String: CInt]
  private let sockets: StorageCount
  /// How many processes that have exited are still known, each to one of two queues.
  let room: Int
  /// How many cgroups that were removed stay known.
  let groupRoom: Int

  init(of process: pid_t) throws {
    self.process = process
    var maps: [String: CInt] = [:]
    var (room, groupRoom) = (0, 0)
    for id in try KernelObjects(heldBy: process).maps {
      let descriptor = bpf_map_get_fd_by_id(UInt32(id))
      guard descriptor >= 0 else { throw SystemCallFailed("bpf_map_get_fd_by_id") }
      var about = bpf_map_info()
      var length = UInt32(MemoryLayout<bpf_map_info>.size)
      bpf_obj_get_info_by_fd(descriptor, &about, &length)
      let name = withUnsafeBytes(of: about.name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name == "tp_exited" { room = Int(about.max_entries) }
      if name == "tp_removed" { groupRoom = Int(about.max_entries) }
      maps[maps[name] == nil ? name : "\(name) \(id)"] = descriptor
    }
    (self.maps, self.room, self.groupRoom) = (maps, room, groupRoom)
    sockets = try StorageCount(sockets: maps["tp_sockets"] ?? -1)
  }

  deinit { for descriptor in maps.values { close(descriptor) } }

  func now() throws -> Sizes {
    var sizes = Sizes()
    sizes.sockets = try sockets.now()
    sizes.groups = Self.entries(of: maps["tp_cgroups"] ?? -1)
    sizes.images = Self.entries(of: maps["tp_images"] ?? -1)
    sizes.descents = Self.entries(of: maps["tp_descents"] ?? -1)
    let objects = try KernelObjects(heldBy: process)
    sizes.objects = [objects.programs.count, objects.links.count, objects.maps.count]
    sizes.descriptors =
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    let growing: Set = ["tp_descents", "tp_images", "tp_cgroups"]
    for (name, map) in maps where !growing.contains(name) {
      sizes.memory += KernelObjects.memory(ofMap: map)
    }
    return sizes
  }

  /// The bytes of all maps, as the kernel tells them.
  func allMemory() -> Int { maps.values.reduce(0) { $0 + KernelObjects.memory(ofMap: $1) } }

  /// How many keys a map of hashes has, where a key is at most 16 bytes.
  private static func entries(of map: CInt) -> Int {
    var key: (UInt64, UInt64) = (0, 0)
    var next = key
    var count = 0
    var code = bpf_map_get_next_key(map, nil, &next)
    while code == 0 && count < 1 << 20 {
      count += 1
      key = next
      code = bpf_map_get_next_key(map, &key, &next)
    }
    return count
  }
}
