// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Memory for many elements of one size, in blocks that never move.
///
/// It grows by an area at a time, so nothing is ever copied as a whole. Areas have one block at first, and then the size of a huge
/// page, for which the processor needs one translation instead of 512. Elements are known by their index.
@safe struct Blocks: ~Copyable {
  /// The bytes of an element.
  let stride: Int
  /// The elements of a block: a power of two, and one less than it.
  private let bits: Int
  private let mask: Int
  /// The blocks of a large area.
  private let areaBlocks: Int
  /// What changes as it grows stands apart, so that whoever owns this need not guard its own memory when it reads an element.
  private let state: UnsafeMutablePointer<State>

  @unsafe private struct State {
    var blocks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    /// How many blocks there are, and there is room to know.
    var count: Int
    var room: Int
  }

  private static let areaSize = 2 << 20

  /// Creates memory without a block.
  ///
  /// - Parameters:
  ///   - stride: the bytes of an element.
  ///   - bits: the elements of a block, as a power of two.
  init(stride: Int, bits: Int) {
    self.stride = stride
    self.bits = bits
    mask = 1 << bits - 1
    areaBlocks = max(1, Self.areaSize / (stride << bits))
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: State(blocks: .allocate(capacity: 4), count: 0, room: 4))
  }

  deinit {
    var index = 0
    while unsafe index < state.pointee.count {
      unsafe free(state.pointee.blocks[index])
      index += index < areaBlocks ? 1 : areaBlocks
    }
    unsafe state.pointee.blocks.deallocate()
    unsafe state.deallocate()
  }

  /// The elements that there is memory for.
  var capacity: Int { unsafe state.pointee.count << bits }
  /// The bytes that they take.
  var bytes: Int { capacity * stride }
  /// The bytes that it takes more when it grows.
  var growth: Int { unsafe stride << bits * (state.pointee.count < areaBlocks ? 1 : areaBlocks) }

  /// Grows; what is in the new memory is not defined.
  func grow() {
    let count = unsafe state.pointee.count
    let more = count < areaBlocks ? 1 : areaBlocks
    while unsafe count + more > state.pointee.room {
      let room = unsafe state.pointee.room
      let longer = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: room * 2)
      unsafe longer.moveInitialize(from: state.pointee.blocks, count: count)
      unsafe state.pointee.blocks.deallocate()
      unsafe state.pointee.blocks = unsafe longer
      unsafe state.pointee.room = room * 2
    }
    let alignment = more == 1 ? 64 : Self.areaSize
    let size = (growth + alignment - 1) / alignment * alignment
    guard let area = unsafe aligned_alloc(alignment, size) else { fatalError("out of memory") }
    // Where the system gives no huge page, the area is one of many small ones.
    if more > 1 { unsafe madvise(area, size, MADV_HUGEPAGE) }
    for index in 0..<more {
      unsafe (state.pointee.blocks + count + index).initialize(to: area + index * stride << bits)
    }
    unsafe state.pointee.count = count + more
  }

  /// The memory of an element, whose index must be less than ``capacity``.
  @inline(__always) @unsafe
  func at(_ index: Int) -> UnsafeMutableRawPointer {
    unsafe state.pointee.blocks[index &>> bits] + (index & mask) &* stride
  }
}
