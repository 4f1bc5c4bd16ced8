// SPDX-License-Identifier: Apache-2.0

import CSystem

/// What is remembered of each key, in bounded memory and without long pauses.
///
/// Linear hashing: with each new key one chain is split, so nothing is ever rebuilt as a whole. Entries stand in blocks that
/// never move, and in the order in which they were used last; when there is no room, the one that was used longest ago goes.
/// So what is forgotten does not depend on how keys are hashed.
@safe final class StateTable {
  /// What every entry begins with.
  struct Entry {
    /// The number of the key; 0 for an entry that is free.
    var key: UInt64
    /// When it was used last, in ns.
    var last: UInt64
    /// Until when the key stays silent after a finding.
    var quietUntil: UInt64
    /// The next entry of the chain, or of the free ones.
    var chain: UInt32
    var newer: UInt32
    var older: UInt32
    /// A number that no entry, and no fresh start of one, had before; the highest bit says that its count meets the condition.
    var round: UInt32
    /// The latest step of time that was counted in.
    var step: UInt64
  }

  /// Entries, which are counted and used together with the bytes of their payload.
  typealias Pointer = UnsafeMutablePointer<Entry>

  private let limit: Int
  /// How long an entry is of use after it was used last, in ns.
  private let lifetime: UInt64
  private let entries: Blocks
  private let chains = Blocks(stride: 4, bits: 10)
  private var chainCount = 0
  /// One less than the power of two that is no less than the number of chains.
  private var mask: UInt64 = 0
  private var free: UInt32 = 0
  private var used = 0
  private var newest: UInt32 = 0
  private var oldestPlace: UInt32 = 0
  private var rounds: UInt32 = 0

  /// How many keys are remembered.
  private(set) var count = 0
  /// Keys that had to go while they were still of use.
  private(set) var forgotten: UInt64 = 0

  /// Makes an empty table.
  ///
  /// - Parameters:
  ///   - payload: the bytes of an entry after ``Entry``, which are 0 in a new one.
  ///   - limit: the most keys.
  ///   - lifetime: how long an entry is of use after it was used last, in ns.
  init(payload: Int, limit: Int, lifetime: UInt64) {
    let size = MemoryLayout<Entry>.stride + (payload + 7) / 8 * 8
    // One that is longer than a cache line begins with one, and touches no more than it must.
    entries = Blocks(stride: size > 64 ? (size + 63) / 64 * 64 : size, bits: 8)
    self.limit = max(1, limit)
    self.lifetime = lifetime
    addChain()
  }

  /// The bytes that it takes.
  var bytes: Int { entries.bytes + chains.bytes }

  // MARK: entries

  @inline(__always)
  private func pointer(_ place: UInt32) -> Pointer {
    unsafe entries.at(Int(place) - 1).assumingMemoryBound(to: Entry.self)
  }

  /// The entry that was used longest ago; nil when there is none.
  var oldest: Pointer? { oldestPlace == 0 ? nil : unsafe pointer(oldestPlace) }

  /// The entry of a key; nil when there is none.
  @inline(__always)
  func find(_ key: UInt64) -> Pointer? {
    var place = unsafe chain(of: key).pointee
    while place != 0 {
      let entry = unsafe pointer(place)
      if unsafe entry.pointee.key == key { return unsafe entry }
      place = unsafe entry.pointee.chain
    }
    return nil
  }

  /// The entry of a key, made if there is none, as the one that was used last.
  ///
  /// - Parameter removing: is told of an entry that has to go for it.
  @inline(__always)
  func enter(_ key: UInt64, _ now: UInt64, removing: (Pointer) -> Void = { _ in }) -> (
    entry: Pointer, isNew: Bool
  ) {
    var place = unsafe chain(of: key).pointee
    while place != 0 {
      let entry = unsafe pointer(place)
      if unsafe entry.pointee.key == key {
        unsafe touch(entry, place, now)
        return unsafe (entry, false)
      }
      place = unsafe entry.pointee.chain
    }
    return unsafe (insert(key, now, removing), true)
  }

  /// Has the processor fetch what ``enter(_:_:removing:)`` will touch, in three steps that each use what the one before fetched.
  @inline(__always)
  func prepareChain(of key: UInt64) { unsafe tp_prefetch(chain(of: key)) }

  @inline(__always)
  func prepareEntry(of key: UInt64) {
    let place = unsafe chain(of: key).pointee
    guard place != 0 else { return }
    let entry = unsafe pointer(place)
    unsafe tp_prefetch(entry)
    unsafe tp_prefetch(UnsafeRawPointer(entry) + 64)
  }

  @inline(__always)
  func prepareNeighbours(of key: UInt64) {
    let place = unsafe chain(of: key).pointee
    guard place != 0 else { return }
    let entry = unsafe pointer(place)
    if unsafe entry.pointee.key == key {
      let (newer, older) = unsafe (entry.pointee.newer, entry.pointee.older)
      if newer != 0 { unsafe tp_prefetch(pointer(newer)) }
      if older != 0 { unsafe tp_prefetch(pointer(older)) }
    } else if unsafe entry.pointee.chain != 0 {
      let entry = unsafe pointer(entry.pointee.chain)
      unsafe tp_prefetch(entry)
      unsafe tp_prefetch(UnsafeRawPointer(entry) + 64)
    }
  }

  @inline(never)
  private func insert(_ key: UInt64, _ now: UInt64, _ removing: (Pointer) -> Void) -> Pointer {
    // What is of no use any more goes two by two, so that a table shrinks while it is used.
    for _ in 0..<2 {
      guard let oldest = unsafe self.oldest, unsafe isOver(oldest, now) else { break }
      unsafe removing(oldest)
      unsafe remove(oldest)
    }
    if count >= limit, let oldest = unsafe self.oldest {
      forgotten += 1
      unsafe removing(oldest)
      unsafe remove(oldest)
    }
    let place = takePlace()
    let entry = unsafe pointer(place)
    unsafe UnsafeMutableRawPointer(entry).initializeMemory(
      as: UInt8.self, repeating: 0, count: entries.stride)
    unsafe entry.pointee.key = key
    unsafe entry.pointee.last = now
    unsafe entry.pointee.round = nextRound()
    count += 1
    if count > chainCount { addChain() }
    let chain = unsafe self.chain(of: key)
    unsafe entry.pointee.chain = chain.pointee
    unsafe chain.pointee = place
    unsafe link(entry, place)
    return unsafe entry
  }

  /// A number for an entry that starts afresh.
  func nextRound() -> UInt32 {
    rounds = (rounds &+ 1) & 0x7fff_ffff
    return rounds
  }

  /// Whether an entry is of no use any more.
  func isOver(_ entry: Pointer, _ now: UInt64) -> Bool {
    let (end, overflow) = unsafe entry.pointee.last.addingReportingOverflow(lifetime)
    return unsafe !overflow && end < now && entry.pointee.quietUntil <= now
  }

  /// Takes out an entry.
  func remove(_ entry: Pointer) {
    let chain = unsafe self.chain(of: entry.pointee.key)
    var place = unsafe chain.pointee
    if unsafe pointer(place) == entry {
      unsafe chain.pointee = entry.pointee.chain
    } else {
      while true {
        let before = unsafe pointer(place)
        place = unsafe before.pointee.chain
        if unsafe pointer(place) == entry {
          unsafe before.pointee.chain = entry.pointee.chain
          break
        }
      }
    }
    unsafe unlink(entry, place)
    unsafe entry.pointee.key = 0
    unsafe entry.pointee.chain = free
    free = place
    count -= 1
  }

  private func takePlace() -> UInt32 {
    if free != 0 {
      let place = free
      free = unsafe pointer(place).pointee.chain
      return place
    }
    if used == entries.capacity { entries.grow() }
    used += 1
    return UInt32(used)
  }

  // MARK: order of use

  @inline(__always)
  private func touch(_ entry: Pointer, _ place: UInt32, _ now: UInt64) {
    unsafe entry.pointee.last = now
    guard place != newest else { return }
    unsafe unlink(entry, place)
    unsafe link(entry, place)
  }

  @inline(__always)
  private func link(_ entry: Pointer, _ place: UInt32) {
    unsafe entry.pointee.newer = 0
    unsafe entry.pointee.older = newest
    if newest != 0 { unsafe pointer(newest).pointee.newer = place }
    newest = place
    if oldestPlace == 0 { oldestPlace = place }
  }

  @inline(__always)
  private func unlink(_ entry: Pointer, _ place: UInt32) {
    let (newer, older) = unsafe (entry.pointee.newer, entry.pointee.older)
    if newer == 0 { newest = older } else { unsafe pointer(newer).pointee.older = older }
    if older == 0 { oldestPlace = newer } else { unsafe pointer(older).pointee.newer = newer }
  }

  // MARK: chains

  @inline(__always)
  private func chain(_ number: Int) -> UnsafeMutablePointer<UInt32> {
    unsafe chains.at(number).assumingMemoryBound(to: UInt32.self)
  }

  @inline(__always)
  private func chain(of key: UInt64) -> UnsafeMutablePointer<UInt32> {
    var number = Int(truncatingIfNeeded: key & mask)
    if number >= chainCount { number = Int(truncatingIfNeeded: key & (mask >> 1)) }
    return unsafe chain(number)
  }

  /// Adds a chain, and moves to it what belongs there from the one that it was a part of.
  private func addChain() {
    if chainCount == chains.capacity { chains.grow() }
    let new = chainCount
    chainCount += 1
    unsafe chain(new).pointee = 0
    guard new > 0 else { return }
    if UInt64(new) > mask { mask = mask << 1 | 1 }
    let source = unsafe chain(new & Int(mask >> 1))
    let target = unsafe chain(new)
    var place = unsafe source.pointee
    var kept: UInt32 = 0
    while place != 0 {
      let entry = unsafe pointer(place)
      let next = unsafe entry.pointee.chain
      if unsafe Int(entry.pointee.key & mask) == new {
        unsafe entry.pointee.chain = target.pointee
        unsafe target.pointee = place
      } else {
        unsafe entry.pointee.chain = kept
        kept = place
      }
      place = next
    }
    unsafe source.pointee = kept
  }
}
