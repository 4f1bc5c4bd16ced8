// SPDX-License-Identifier: Apache-2.0

/// The numbers that name threads and processes beyond the reuse of their ids.
enum EntityHash {
  /// The number of a task.
  ///
  /// - Parameters:
  ///   - id: the thread's or process's id as the host sees it.
  ///   - startTime: when it, or its leader, started, in ns since the epoch; rounded down to 100 ms, because the offset
  ///     between the clocks of boot time and of the epoch is not exact.
  static func of(id: UInt32, startTime: UInt64) -> UInt32 {
    let time = startTime - startTime % 100_000_000
    // The hashed bytes are big-endian, and its blocks are read as the host reads numbers.
    var hash = murmur3(state: 0x1827_3645, block: id.bigEndian)
    hash = murmur3(state: hash, block: UInt32(truncatingIfNeeded: time >> 32).bigEndian)
    hash = murmur3(state: hash, block: UInt32(truncatingIfNeeded: time).bigEndian)
    return murmur3(state: hash, length: 12)
  }

  /// Takes one block of four bytes into a MurmurHash3 x86-32 whose state begins as the seed.
  static func murmur3(state: UInt32, block: UInt32) -> UInt32 {
    var block = block &* 0xcc9e_2d51
    block = (block << 15 | block >> 17) &* 0x1b87_3593
    let state = state ^ block
    return (state << 13 | state >> 19) &* 5 &+ 0xe654_6b64
  }

  /// Ends a MurmurHash3 x86-32 of so many bytes, which are all in blocks.
  static func murmur3(state: UInt32, length: UInt32) -> UInt32 {
    var state = state ^ length
    state = (state ^ state >> 16) &* 0x85eb_ca6b
    state = (state ^ state >> 13) &* 0xc2b2_ae35
    return state ^ state >> 16
  }
}
