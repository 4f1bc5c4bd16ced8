// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// A map that user space makes: one table of one plan.
final class BPFMap: Sendable {
  private let file: Descriptor
  private let name: String

  /// Makes a map in the kernel.
  init(
    _ name: String, type: bpf_map_type, keySize: Int, valueSize: Int, entries: Int,
    flags: UInt32 = 0
  ) throws(SystemError) {
    var options = bpf_map_create_opts()
    options.sz = MemoryLayout<bpf_map_create_opts>.size
    options.map_flags = flags
    let number = unsafe bpf_map_create(
      type, name, UInt32(keySize), UInt32(valueSize), UInt32(max(1, entries)), &options)
    guard number >= 0 else {
      throw SystemError("make the map \(name) of \(entries) entries", code: number)
    }
    self.name = name
    file = Descriptor(owning: number)
  }

  /// The descriptor of the map, which it owns.
  var descriptor: Int32 { file.number }

  /// Makes the longest-prefix trie of these entries.
  static func trie(_ name: String, _ trie: KernelTables.Trie) throws(SystemError) -> BPFMap {
    let map = try BPFMap(
      name, type: BPF_MAP_TYPE_LPM_TRIE, keySize: trie.keySize, valueSize: 4, entries: trie.count,
      flags: UInt32(BPF_F_NO_PREALLOC))
    var done = 0
    while done < trie.count {
      var count = UInt32(min(batch, trie.count - done))
      let code = unsafe trie.keys.withUnsafeBytes { keys in
        unsafe trie.rows.withUnsafeBytes { rows in
          unsafe bpf_map_update_batch(
            map.descriptor, keys.baseAddress.map { unsafe $0 + done * trie.keySize },
            rows.baseAddress.map { unsafe $0 + done * 4 }, &count, nil)
        }
      }
      guard code == 0 else { throw SystemError("fill the map \(name)", code: code) }
      done += Int(count)
    }
    return map
  }

  /// The entries that are put into a map by one system call, in which the kernel can be interrupted.
  private static let batch = 4096

  /// Makes the array of one value.
  static func one<Value: BitwiseCopyable>(
    _ name: String, _ value: Value
  ) throws(SystemError) -> BPFMap {
    let map = try BPFMap(
      name, type: BPF_MAP_TYPE_ARRAY, keySize: 4, valueSize: MemoryLayout<Value>.size, entries: 1)
    var index: UInt32 = 0
    var value = value
    try unsafe map.update(&index, &value)
    return map
  }

  /// Makes the array whose one value is these bytes.
  static func bytes(_ name: String, _ bytes: [UInt8]) throws(SystemError) -> BPFMap {
    let map = try BPFMap(
      name, type: BPF_MAP_TYPE_ARRAY, keySize: 4, valueSize: bytes.count, entries: 1)
    var index: UInt32 = 0
    var bytes = bytes
    try unsafe map.update(&index, &bytes)
    return map
  }

  /// Makes the array whose one value is these classes of ports (`tp_ports`).
  static func ports(_ name: String, _ classes: [UInt16]) throws(SystemError) -> BPFMap {
    precondition(2 * classes.count == MemoryLayout<tp_ports>.size, "every port has a class")
    let map = try BPFMap(
      name, type: BPF_MAP_TYPE_ARRAY, keySize: 4, valueSize: 2 * classes.count, entries: 1)
    var index: UInt32 = 0
    var classes = classes
    try unsafe map.update(&index, &classes)
    return map
  }

  /// Makes the array of these rows, all of `words` words.
  static func rows(_ name: String, _ rows: [Row], words: Int) throws(SystemError) -> BPFMap {
    let map = try BPFMap(
      name, type: BPF_MAP_TYPE_ARRAY, keySize: 4, valueSize: 8 * words, entries: rows.count,
      flags: UInt32(BPF_F_INNER_MAP))
    for (index, row) in rows.enumerated() {
      var index = UInt32(index)
      var words = row.words
      try unsafe map.update(&index, &words)
    }
    return map
  }

  /// Puts this map into a slot of a map of maps.
  func put(into outer: Int32, slot: UInt32) throws(SystemError) {
    var slot = slot
    var number = file.number
    let code = unsafe bpf_map_update_elem(outer, &slot, &number, 0)
    guard code == 0 else { throw SystemError("install the map \(name)", code: code) }
  }

  private func update(
    _ key: UnsafeMutableRawPointer, _ value: UnsafeMutableRawPointer
  ) throws(SystemError) {
    let code = unsafe bpf_map_update_elem(file.number, key, value, 0)
    guard code == 0 else { throw SystemError("fill the map \(name)", code: code) }
  }
}
