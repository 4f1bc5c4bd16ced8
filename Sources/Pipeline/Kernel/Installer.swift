// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Synchronization
import System

/// Puts plans into the kernel: all tables of one plan take effect by one write.
struct Installer: Sendable {
  private let object: BPFTables
  private let rowWords: Int

  /// The descriptors of the maps that hold the tables, which the object owns.
  struct BPFTables {
    var plans, rows, ports, headers, sources, destinations, numbers, texts, active: Int32

    init(_ object: BPFObject) {
      plans = object.descriptor(ofMap: "tp_plans")
      rows = object.descriptor(ofMap: "tp_rows")
      ports = object.descriptor(ofMap: "tp_port_classes")
      headers = object.descriptor(ofMap: "tp_header_rows")
      sources = object.descriptor(ofMap: "tp_sources")
      destinations = object.descriptor(ofMap: "tp_destinations")
      numbers = object.descriptor(ofMap: "tp_numbers")
      texts = object.descriptor(ofMap: "tp_texts")
      active = object.descriptor(ofMap: ".data.active")
    }

    /// The maps of maps.
    var outer: [Int32] {
      [plans, rows, ports, headers, sources, destinations, numbers, texts]
    }
  }

  /// Makes an installer into the maps of a loaded object.
  ///
  /// - Parameter rowWords: the width of its rows, which those of a plan may not exceed.
  init(_ object: BPFObject, rowWords: Int) {
    self.object = BPFTables(object)
    self.rowWords = rowWords
  }

  /// Makes the maps of a plan, which nothing looks at before its generation is activated.
  ///
  /// A table that no rule uses is never looked up, so it is left out. On an error nothing of the plan is left.
  func install(_ tables: KernelTables) throws(SystemError) {
    precondition(tables.rowWords <= rowWords, "a plan is as wide as the program at most")
    let generation = tables.plan.generation
    let slot = Self.slot(of: generation)
    let maps = try maps(of: tables)
    do throws(SystemError) {
      try Self.onAll(maps) { place throws(SystemError) in
        try place.map.put(into: place.outer, slot: slot)
      }
    } catch {
      try? clear(generation)
      throw error
    }
  }

  /// Frees the maps of a plan; only when no program looks at them any more.
  func clear(_ generation: UInt32) throws(SystemError) {
    let slot = Self.slot(of: generation)
    try Self.onAll(object.outer) { outer throws(SystemError) in
      var slot = slot
      let code = unsafe bpf_map_delete_elem(outer, &slot)
      guard code == 0 || code == -ENOENT else { throw SystemError("free a plan", code: code) }
    }
  }

  /// Makes a plan that was installed the one that decides.
  func activate(_ generation: UInt32) throws(SystemError) {
    var index: UInt32 = 0
    var generation = generation
    let code = unsafe bpf_map_update_elem(object.active, &index, &generation, 0)
    guard code == 0 else { throw SystemError("activate the plan", code: code) }
  }

  static func slot(of generation: UInt32) -> UInt32 { generation % UInt32(TP_PLAN_SLOTS) }

  /// A map of a plan, and the map of maps that it belongs to.
  private struct Place {
    let outer: Int32
    let map: BPFMap
  }

  private func maps(of tables: KernelTables) throws(SystemError) -> [Place] {
    var places = [
      Place(
        outer: object.rows, map: try BPFMap.rows("tp_rows", tables.rows, words: rowWords)),
      Place(outer: object.plans, map: try BPFMap.one("tp_plans", tables.plan)),
    ]
    for (name, trie, outer) in [
      ("tp_sources", tables.sources, object.sources),
      ("tp_destinations", tables.destinations, object.destinations),
      ("tp_numbers", tables.numbers, object.numbers), ("tp_texts", tables.texts, object.texts),
    ] where !trie.isEmpty {
      places.append(Place(outer: outer, map: try BPFMap.trie(name, trie)))
    }
    if !tables.sourcePorts.isEmpty {
      let classes = tables.sourcePorts + tables.destinationPorts
      places.append(
        Place(outer: object.ports, map: try BPFMap.ports("tp_port_classes", classes)))
    }
    if !tables.headerRows.isEmpty {
      places.append(
        Place(
          outer: object.headers, map: try BPFMap.bytes("tp_header_rows", tables.headerRows)))
    }
    return places
  }

  /// Does the same with each of some things, at the same time: for each the kernel waits until all programs know of it.
  private static func onAll<Thing: Sendable>(
    _ things: [Thing], _ work: @escaping @Sendable (Thing) throws(SystemError) -> Void
  ) throws(SystemError) {
    let failures = Failures()
    Threads.together(
      things.map { thing in
        {
          do throws(SystemError) { try work(thing) } catch { failures.add(error) }
        }
      })
    if let failure = failures.first { throw failure }
  }

  private final class Failures: Sendable {
    private let all = Mutex<[SystemError]>([])

    func add(_ error: SystemError) { all.withLock { $0.append(error) } }

    var first: SystemError? { all.withLock { $0.first } }
  }
}
