// SPDX-License-Identifier: Apache-2.0

/// Bytes on their way out: memory that is used again for every batch, and that grows only when a batch is larger than
/// all before it.
@safe struct LineBuffer: ~Copyable {
  private var start: UnsafeMutableRawPointer
  /// Where the next byte is written.
  private var end: UnsafeMutableRawPointer
  /// Where the memory ends.
  private var limit: UnsafeMutableRawPointer

  /// Makes an empty buffer with room for some bytes.
  init(capacity: Int = 1 << 16) {
    let capacity = max(capacity, 64)
    unsafe start = .allocate(byteCount: capacity, alignment: 16)
    unsafe end = start
    unsafe limit = start + capacity
  }

  deinit { unsafe start.deallocate() }

  /// The bytes written.
  var count: Int { unsafe end - start }

  /// What was written.
  var bytes: RawSpan {
    @_lifetime(borrow self) get {
      let written = unsafe UnsafeRawBufferPointer(start: start, count: count).bytes
      return unsafe _overrideLifetime(written, borrowing: self)
    }
  }

  /// Forgets everything after the first bytes.
  mutating func truncate(to count: Int) {
    precondition((0...self.count).contains(count), "a buffer is only ever cut")
    unsafe end = start + count
  }

  /// Writes the lowest bytes of a number, the highest of them first, over what is there.
  mutating func store(bigEndian number: UInt32, bytes: Int, at offset: Int) {
    precondition(offset >= 0 && offset + bytes <= count, "only what was written is written over")
    for index in 0..<bytes {
      let byte = UInt8(truncatingIfNeeded: number >> UInt32(8 * (bytes - 1 - index)))
      unsafe start.storeBytes(of: byte, toByteOffset: offset + index, as: UInt8.self)
    }
  }

  /// Writes one byte.
  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe end.storeBytes(of: byte, as: UInt8.self)
    unsafe end += 1
  }

  /// Writes a text of the source code.
  @inline(__always)
  mutating func append(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    reserve(length)
    unsafe end.copyMemory(from: UnsafeRawPointer(text.utf8Start), byteCount: length)
    unsafe end += length
  }

  /// Writes a text of the source code, and 1 or 0 after it.
  @inline(__always)
  mutating func append(_ text: StaticString, bit: Bool) {
    let length = text.utf8CodeUnitCount
    reserve(length + 1)
    unsafe end.copyMemory(from: UnsafeRawPointer(text.utf8Start), byteCount: length)
    unsafe end.storeBytes(
      of: UInt8(ascii: "0") + (bit ? 1 : 0), toByteOffset: length, as: UInt8.self)
    unsafe end += length + 1
  }

  /// Writes bytes as they are.
  @inline(__always)
  mutating func append(_ bytes: RawSpan) {
    let length = bytes.byteCount
    guard length > 0 else { return }
    reserve(length)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe end.copyMemory(from: start, byteCount: length)
    }
    unsafe end += length
  }

  /// Writes a part of what another buffer holds.
  @inline(__always)
  mutating func append(_ other: borrowing LineBuffer, _ part: Range<Int>) {
    append(other.bytes.extracting(part))
  }

  /// Writes the bytes of an array as they are.
  @inline(__always)
  mutating func append(_ bytes: [UInt8]) { append(bytes.bytes) }

  /// Writes a number in decimal digits.
  @inline(__always)
  mutating func append(decimal number: some UnsignedInteger & FixedWidthInteger) {
    let number = UInt64(number)
    if number < 10_000 {
      append(upToFourDigits: UInt32(truncatingIfNeeded: number))
    } else {
      append(digits: number)
    }
  }

  /// Writes a number in decimal digits, and a point after it.
  @inline(__always)
  mutating func append(decimalAndPoint number: UInt8) {
    reserve(8)
    let digits = fourDigits(of: UInt32(number))
    let zeros = digits.leadingZeros
    let text = UInt64(digits | 0x3030_3030) | UInt64(UInt8(ascii: ".")) << 32
    store(text &>> UInt64(8 &* zeros), 5 &- zeros)
  }

  private mutating func append(upToFourDigits number: UInt32) {
    reserve(8)
    if number < 10 {
      store(UInt64(UInt8(ascii: "0")) + UInt64(number), 1)
      return
    }
    let digits = fourDigits(of: number)
    let zeros = digits.leadingZeros
    store(UInt64(digits | 0x3030_3030) &>> UInt64(8 &* zeros), 4 &- zeros)
  }

  private mutating func append(digits number: UInt64) {
    if number < 100_000_000 {
      reserve(8)
      let digits = eightDigits(of: number)
      let zeros = digits.leadingZeros
      store((digits | 0x3030_3030_3030_3030) &>> UInt64(8 &* zeros), 8 &- zeros)
    } else {
      append(digits: number / 100_000_000)
      append(eightDigits: number % 100_000_000)
    }
  }

  private mutating func append(eightDigits number: UInt64) {
    reserve(8)
    store(eightDigits(of: number) | 0x3030_3030_3030_3030, 8)
  }

  /// Writes the first of eight bytes, the first in the lowest, where there is room for all.
  @inline(__always)
  private mutating func store(_ text: UInt64, _ count: Int) {
    unsafe end.storeBytes(of: text.littleEndian, as: UInt64.self)
    unsafe end += count
  }

  @inline(__always)
  private mutating func reserve(_ length: Int) {
    if unsafe limit - end < length { grow(by: length) }
  }

  @inline(never)
  private mutating func grow(by length: Int) {
    let (count, capacity) = unsafe (count, max((limit - start) * 2, count + length))
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    unsafe larger.copyMemory(from: start, byteCount: count)
    unsafe start.deallocate()
    unsafe start = larger
    unsafe end = larger + count
    unsafe limit = larger + capacity
  }
}

/// The values of the eight digits of a number below 100,000,000, a byte each, the first in the lowest.
///
/// All parts are halved at once: into two numbers of four digits, four of two, eight of one.
@inline(__always)
private func eightDigits(of number: UInt64) -> UInt64 {
  let fours = number / 10_000 | (number % 10_000) &<< 32
  // 10,486 / 2²⁰ is near enough to 1 / 100 here, and 103 / 2¹⁰ to 1 / 10.
  let hundreds = (fours &* 10_486) &>> 20 & 0x0000_007f_0000_007f
  let twos = hundreds | (fours &- 100 &* hundreds) &<< 16
  let tens = (twos &* 103) &>> 10 & 0x000f_000f_000f_000f
  return tens | (twos &- 10 &* tens) &<< 8
}

/// The same of a number below 10,000, which has four.
@inline(__always)
private func fourDigits(of number: UInt32) -> UInt32 {
  let hundreds = (number &* 10_486) &>> 20
  let twos = hundreds | (number &- 100 &* hundreds) &<< 16
  let tens = (twos &* 103) &>> 10 & 0x000f_000f
  return tens | (twos &- 10 &* tens) &<< 8
}

extension FixedWidthInteger {
  /// Of digits, a byte each, the zeros before the first that counts; the last always does.
  @inline(__always)
  fileprivate var leadingZeros: Int {
    (self | 1 &<< Self(Self.bitWidth - 8)).trailingZeroBitCount / 8
  }
}
