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

  /// Writes the bytes of an array as they are.
  @inline(__always)
  mutating func append(_ bytes: [UInt8]) { append(bytes.bytes) }

  /// Writes a number in decimal digits.
  @inline(__always)
  mutating func append(decimal number: some UnsignedInteger & FixedWidthInteger) {
    append(digits: UInt64(number))
  }

  private mutating func append(digits number: UInt64) {
    var length = 1
    var limit: UInt64 = 10
    while number >= limit, length < 20 {
      length += 1
      limit = length < 20 ? limit * 10 : limit
    }
    reserve(length)
    var rest = number
    var place = count + length
    repeat {
      place -= 1
      unsafe memory[place] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
      rest /= 10
    } while rest != 0
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
