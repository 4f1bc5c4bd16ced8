/// Bytes on their way out: memory that is used again for every batch, and that grows only when a batch is larger than
/// all before it.
@safe struct LineBuffer: ~Copyable {
  private var memory: UnsafeMutableRawBufferPointer
  /// The bytes written.
  private(set) var count = 0

  /// Makes an empty buffer with room for some bytes.
  init(capacity: Int = 1 << 16) {
    unsafe memory = .allocate(byteCount: max(capacity, 64), alignment: 16)
  }

  deinit { unsafe memory.deallocate() }

  /// What was written.
  var bytes: RawSpan {
    @_lifetime(borrow self) get {
      let written = unsafe UnsafeRawBufferPointer(rebasing: memory[..<count]).bytes
      return unsafe _overrideLifetime(written, borrowing: self)
    }
  }

  /// Forgets everything after the first bytes.
  mutating func truncate(to count: Int) {
    precondition((0...self.count).contains(count), "a buffer is only ever cut")
    self.count = count
  }

  /// Writes one byte.
  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  /// Writes a text of the source code.
  @inline(__always)
  mutating func append(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    reserve(length)
    unsafe room.copyMemory(from: UnsafeRawPointer(text.utf8Start), byteCount: length)
    count += length
  }

  /// Writes bytes as they are.
  @inline(__always)
  mutating func append(_ bytes: RawSpan) {
    let length = bytes.byteCount
    guard length > 0 else { return }
    reserve(length)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe room.copyMemory(from: start, byteCount: length)
    }
    count += length
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
    if number < 10 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number))
      return
    }
    let length = number.digitCount
    reserve(length)
    var rest = number
    var place = count + length
    while rest >= 10 {
      place -= 2
      let pair = Int(truncatingIfNeeded: rest % 100) * 2
      unsafe memory.storeBytes(
        of: UnsafeRawPointer(pairs.utf8Start).loadUnaligned(fromByteOffset: pair, as: UInt16.self),
        toByteOffset: place, as: UInt16.self)
      rest /= 100
    }
    if place > count {
      unsafe memory[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
    }
    count += length
  }

  private var room: UnsafeMutableRawPointer {
    guard let start = unsafe memory.baseAddress else {
      preconditionFailure("allocated memory has an address")
    }
    return unsafe start + count
  }

  @inline(__always)
  private mutating func reserve(_ length: Int) {
    if unsafe memory.count - count < length { grow(by: length) }
  }

  @inline(never)
  private mutating func grow(by length: Int) {
    let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(memory.count * 2, count + length), alignment: 16)
    unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    unsafe memory.deallocate()
    unsafe memory = larger
  }
}

/// The numbers from 00 to 99.
private let pairs: StaticString = """
  00010203040506070809101112131415161718192021222324252627282930313233343536373839\
  40414243444546474849505152535455565758596061626364656667686970717273747576777879\
  8081828384858687888990919293949596979899
  """

extension UInt64 {
  /// How many decimal digits the number has.
  fileprivate var digitCount: Int {
    // A bit is worth 0.301 digits; the estimate is right or one too low.
    let estimate = ((64 - leadingZeroBitCount) * 1233) >> 12
    return self < powersOfTen[estimate] ? estimate : estimate + 1
  }
}

private let powersOfTen: InlineArray<20, UInt64> = [
  0, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
  10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
  1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
  1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]
