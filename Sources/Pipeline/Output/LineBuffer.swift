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
    append(digits: UInt64(number))
  }

  private mutating func append(digits number: UInt64) {
    reserve(20)
    if number < 10_000 {
      appendFirst(UInt32(number))
    } else if number < 100_000_000 {
      appendFirst(UInt32(number / 10_000))
      appendFour(UInt32(number % 10_000))
    } else {
      append(digits: number / 100_000_000)
      reserve(8)
      let rest = UInt32(number % 100_000_000)
      appendFour(rest / 10_000)
      appendFour(rest % 10_000)
    }
  }

  /// Writes a number below 10,000, where there is room for four bytes.
  @inline(__always)
  private mutating func appendFirst(_ number: UInt32) {
    let zeros: UInt32 = number >= 100 ? (number >= 1_000 ? 0 : 1) : (number >= 10 ? 2 : 3)
    store(digits: fourDigits(of: number) >> (zeros * 8))
    unsafe end += 4 - Int(zeros)
  }

  /// Writes a number below 10,000 with the zeros before it, where there is room for four bytes.
  @inline(__always)
  private mutating func appendFour(_ number: UInt32) {
    store(digits: fourDigits(of: number))
    unsafe end += 4
  }

  @inline(__always)
  private mutating func store(digits: UInt32) {
    unsafe end.storeBytes(of: digits.littleEndian, as: UInt32.self)
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

/// The numbers from 00 to 99.
private let pairs: StaticString = """
  00010203040506070809101112131415161718192021222324252627282930313233343536373839\
  40414243444546474849505152535455565758596061626364656667686970717273747576777879\
  8081828384858687888990919293949596979899
  """

/// The four digits of a number below 10,000, the first in the lowest byte.
@inline(__always)
private func fourDigits(of number: UInt32) -> UInt32 {
  UInt32(twoDigits(of: number / 100)) | UInt32(twoDigits(of: number % 100)) << 16
}

@inline(__always)
private func twoDigits(of number: UInt32) -> UInt16 {
  let digits = unsafe UnsafeRawPointer(pairs.utf8Start).loadUnaligned(
    fromByteOffset: Int(number) * 2, as: UInt16.self)
  return UInt16(littleEndian: digits)
}
