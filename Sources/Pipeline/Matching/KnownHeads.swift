// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Heads of HTTP that came lately, so that one that comes again is not read again.
///
/// A head is known again by all of its bytes, so nothing about it can be old. What is kept is bounded, and nothing before
/// the first head.
@safe final class KnownHeads {
  private struct Entry: ~Copyable {
    var bytes = LineBuffer(capacity: 0)
    var parts: HTTPHead.Parts?
    var framing = HTTPFraming(start: .response(0), body: .unknown)
    var number: UInt64 = 0
  }

  /// How many heads can be known, by the low bits of their hashes.
  ///
  /// Those with the same bits take each other's place.
  static let count = 1 << 6
  /// The most bytes of a head that is kept.
  private static let limit = 1 << 10
  /// So that no two heads ever have the same number.
  private static let numbers = Atomic<UInt64>(0)

  // No array, for its places would be checked for someone else who changes them at the same time.
  private var entries: UnsafeMutablePointer<Entry>?

  deinit {
    guard let entries = unsafe entries else { return }
    unsafe entries.deinitialize(count: Self.count)
    unsafe entries.deallocate()
  }

  /// The head that bytes are, if it is known; it has a number then.
  @_lifetime(copy bytes)
  func find(_ bytes: RawSpan) -> HTTPHead? {
    guard let entries = unsafe entries, bytes.byteCount <= Self.limit else { return nil }
    let place = Self.place(of: bytes)
    guard let parts = unsafe entries[place].parts,
      unsafe entries[place].bytes.bytes.isEqual(to: bytes)
    else { return nil }
    return unsafe HTTPHead(bytes, parts, number: entries[place].number)
  }

  /// How long the body behind a head is; nil when the head is not known any more.
  func framing(of number: UInt64) -> HTTPFraming? {
    guard let entries = unsafe entries else { return nil }
    let place = Int(number % UInt64(Self.count))
    return unsafe entries[place].number == number ? entries[place].framing : nil
  }

  /// Knows a head from now on, in the place of another.
  func keep(_ head: borrowing HTTPHead) {
    guard head.bytes.byteCount <= Self.limit else { return }
    let entries = unsafe entries ?? Self.makeEntries()
    unsafe self.entries = entries
    let place = Self.place(of: head.bytes)
    unsafe entries[place].bytes.truncate(to: 0)
    unsafe entries[place].bytes.append(head.bytes)
    unsafe entries[place].parts = head.parts
    unsafe entries[place].framing = HTTPFraming(head.bytes)
    let number = Self.numbers.add(UInt64(Self.count), ordering: .relaxed).newValue
    unsafe entries[place].number = number + UInt64(place)
  }

  private static func makeEntries() -> UnsafeMutablePointer<Entry> {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: count)
    for place in 0..<count { unsafe (entries + place).initialize(to: Entry()) }
    return unsafe entries
  }

  private static func place(of bytes: RawSpan) -> Int {
    var hash = UInt64(truncatingIfNeeded: bytes.byteCount)
    bytes.forEachWord { word in
      hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 32
    }
    return Int(truncatingIfNeeded: hash) & (count - 1)
  }
}
