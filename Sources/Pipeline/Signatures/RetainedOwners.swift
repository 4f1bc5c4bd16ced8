// SPDX-License-Identifier: Apache-2.0

/// The owners of events that are retained, each once however many events it has.
///
/// An owner is most of a record, and the same for all packets that it sends within the time that events are retained.
@safe final class RetainedOwners {
  private struct Head {
    var holders: UInt32
    var nextFree: UInt32
  }

  private let owners = Blocks(
    stride: (MemoryLayout<Head>.stride + OwnerReader.size + 63) / 64 * 64, bits: 4)
  private var used: UInt32 = 0
  private var free: UInt32 = 0
  /// The latest owners, each at the place that its number gives it, which holds it too; 0 for none.
  private let latest: UnsafeMutablePointer<UInt32>

  private static let latestCount = 256

  init() {
    unsafe latest = .allocate(capacity: Self.latestCount)
    unsafe latest.initialize(repeating: 0, count: Self.latestCount)
  }

  deinit { unsafe latest.deallocate() }

  /// The bytes that they take.
  var bytes: Int { owners.bytes }

  /// The bytes that one more takes at most.
  var growth: Int {
    free == 0 && Int(used) == owners.capacity ? owners.growth : 0
  }

  /// Holds an owner that is already there; 0 when it must be kept.
  @inline(__always)
  func hold(_ owner: borrowing OwnerReader) -> UInt32 {
    let number = unsafe latest[place(of: owner)]
    guard number != 0, unsafe owner.bytes.isEqual(to: memory(of: number).bytes) else { return 0 }
    unsafe head(number).pointee.holders += 1
    return number
  }

  /// Copies an owner, which has one holder then, and is among the latest.
  func keep(_ owner: borrowing OwnerReader) -> UInt32 {
    let number: UInt32
    if free != 0 {
      number = free
      unsafe free = head(number).pointee.nextFree
    } else {
      if Int(used) == owners.capacity { owners.grow() }
      used += 1
      number = used
    }
    let memory = unsafe owners.at(Int(number) - 1)
    unsafe memory.storeBytes(of: Head(holders: 2, nextFree: 0), as: Head.self)
    unsafe owner.bytes.withUnsafeBytes { from in
      guard let base = from.baseAddress else { return }
      unsafe (memory + MemoryLayout<Head>.stride).copyMemory(
        from: base, byteCount: OwnerReader.size)
    }
    let place = place(of: owner)
    let old = unsafe latest[place]
    unsafe latest[place] = number
    if old != 0 { release(old) }
    return number
  }

  /// One holder less; the last one gives the memory back.
  @inline(__always)
  func release(_ number: UInt32) {
    let head = unsafe head(number)
    unsafe head.pointee.holders -= 1
    guard unsafe head.pointee.holders == 0 else { return }
    unsafe head.pointee.nextFree = free
    free = number
  }

  /// The bytes of an owner that is held.
  @inline(__always) @unsafe
  func memory(of number: UInt32) -> UnsafeRawBufferPointer {
    let start = unsafe owners.at(Int(number) - 1) + MemoryLayout<Head>.stride
    return unsafe UnsafeRawBufferPointer(start: start, count: OwnerReader.size)
  }

  private func place(of owner: borrowing OwnerReader) -> Int {
    let mixed = (owner.id ^ UInt64(owner.threadID) << 32) &* 0x9e37_79b9_7f4a_7c15
    return Int(mixed >> 56)
  }

  @inline(__always)
  private func head(_ number: UInt32) -> UnsafeMutablePointer<Head> {
    unsafe owners.at(Int(number) - 1).assumingMemoryBound(to: Head.self)
  }
}

extension OwnerReader {
  /// The bytes of an owner, which stands last in the header of a record.
  static var size: Int { RecordLayout.headerSize - RecordLayout.owner }
}
