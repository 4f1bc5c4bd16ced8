// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The bytes of a capture on their way: a window of fixed size over a file, a pipe or an array.
///
/// What gzip has compressed is inflated.
@safe final class CaptureInput {
  private enum Source {
    case descriptor(Int32)
    /// At most so many bytes are given at a time.
    case bytes([UInt8], place: Int, chunk: Int)
  }

  private let memory: UnsafeMutableRawBufferPointer
  private var source: Source
  private let isOwned: Bool
  private var start = 0
  private var end = 0
  private var compressed: Compressed?

  /// Bytes taken from the source.
  private(set) var taken: UInt64 = 0
  /// The error number that ended reading; 0 without one.
  private(set) var code: Int32 = 0
  /// Whether there is nothing more to read.
  private(set) var isAtEnd = false
  /// Is asked before the source, which may wait; false ends reading.
  var mayRead: () -> Bool = { true }

  /// The most bytes that can be asked for at once.
  static let limit = 1 << 19
  private static let size = 1 << 20

  /// Opens a file or a pipe; `-` is standard input.
  static func open(_ path: String) throws(CaptureError) -> CaptureInput {
    var number = STDIN_FILENO
    if path != "-" {
      repeat {
        number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
      } while number < 0 && errno == EINTR
      guard number >= 0 else { throw CaptureError(path: path, reason: .system(errno)) }
    }
    let input = CaptureInput(.descriptor(number), isOwned: path != "-")
    input.detectCompression()
    if input.code != 0 { throw CaptureError(path: path, reason: .system(input.code)) }
    return input
  }

  /// Reads from an array, at most `chunk` bytes at a time.
  convenience init(_ bytes: [UInt8], chunk: Int = .max) {
    // What is not compressed needs no more room than it has bytes.
    let size = bytes.starts(with: [0x1f, 0x8b]) ? Self.size : min(Self.size, max(1, bytes.count))
    self.init(.bytes(bytes, place: 0, chunk: max(1, chunk)), isOwned: false, size: size)
    detectCompression()
  }

  private init(_ source: Source, isOwned: Bool, size: Int = CaptureInput.size) {
    self.source = source
    self.isOwned = isOwned
    unsafe memory = .allocate(byteCount: size, alignment: 16)
  }

  deinit {
    unsafe memory.deallocate()
    if case .descriptor(let number) = source, isOwned { close(number) }
  }

  /// The descriptor that is read, for whoever waits for it; nil for an array.
  var descriptor: Int32? {
    if case .descriptor(let number) = source { number } else { nil }
  }

  /// The bytes that are there.
  var bytes: RawSpan {
    @_lifetime(borrow self) get {
      let part = unsafe UnsafeRawBufferPointer(rebasing: memory[start..<end]).bytes
      return unsafe _overrideLifetime(part, borrowing: self)
    }
  }

  /// How many bytes are there.
  var count: Int { end - start }

  /// Whether so many bytes are there, or could be read; at most ``limit``.
  @inline(__always)
  func has(_ count: Int) -> Bool { end - start >= count || fill(count) }

  /// Leaves bytes behind that are there.
  @inline(__always)
  func drop(_ count: Int) { start += count }

  /// Leaves bytes behind, whether they are there or not; false when there are not so many.
  func skip(_ count: UInt64) -> Bool {
    var rest = count
    while true {
      let step = Int(min(rest, UInt64(end - start)))
      start += step
      rest -= UInt64(step)
      if rest == 0 { return true }
      guard fill(1) else { return false }
    }
  }

  @inline(never)
  private func fill(_ count: Int) -> Bool {
    precondition(count <= Self.limit, "only so much of a capture is there at once")
    if start > 0 {
      unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
      (start, end) = (0, end - start)
    }
    while end < count, !isAtEnd {
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[end...])
      end += unsafe compressed == nil ? read(into: room) : inflate(into: room)
    }
    return end >= count
  }

  /// Reads from the source; 0 at its end.
  private func read(into room: UnsafeMutableRawBufferPointer) -> Int {
    var count = 0
    switch source {
    case .bytes(let bytes, let place, let chunk):
      count = min(room.count, bytes.count - place, chunk)
      unsafe bytes.withUnsafeBytes {
        unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[place..<place + count]))
      }
      source = .bytes(bytes, place: place + count, chunk: chunk)
    case .descriptor(let number):
      repeat {
        count = mayRead() ? unsafe Glibc.read(number, room.baseAddress, room.count) : 0
      } while count < 0 && errno == EINTR
      if count < 0 { code = errno }
    }
    if count <= 0 { isAtEnd = true }
    taken += UInt64(max(0, count))
    return max(0, count)
  }
}

extension CaptureInput {
  /// Compressed bytes that were read and not yet inflated.
  @safe fileprivate struct Compressed: ~Copyable {
    let memory: UnsafeMutableRawBufferPointer
    var start = 0
    var end: Int
    var inflater = Inflater()

    init(_ first: RawSpan) {
      unsafe memory = .allocate(byteCount: CaptureInput.size, alignment: 16)
      end = first.byteCount
      let memory = unsafe memory
      unsafe first.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
    }

    deinit { unsafe memory.deallocate() }
  }

  /// Looks for the magic number of gzip.
  private func detectCompression() {
    guard has(2), bytes.byte(0) == 0x1f, bytes.byte(1) == 0x8b else { return }
    compressed = Compressed(bytes)
    (start, end) = (0, 0)
    isAtEnd = false
  }

  /// Inflates what is there, and reads more when nothing is; 0 at the end.
  private func inflate(into room: UnsafeMutableRawBufferPointer) -> Int {
    while var part = compressed.take() {
      if part.start == part.end {
        part.end = unsafe read(into: part.memory)
        part.start = 0
        if part.end == 0 {
          compressed = consume part
          return 0
        }
      }
      let input = unsafe UnsafeRawBufferPointer(rebasing: part.memory[part.start..<part.end])
      let (taken, given) = unsafe part.inflater.inflate(input, into: room)
      part.start += taken
      let isBroken = part.inflater.isBroken
      compressed = consume part
      if isBroken { isAtEnd = true }
      if given > 0 || isBroken { return given }
    }
    return 0
  }

  /// Whether compressed bytes end before their time, or are damaged.
  var isCompressionBroken: Bool {
    switch compressed {
    case .some(let part): part.inflater.isBroken || isAtEnd && !part.inflater.isWhole
    case .none: false
    }
  }
}
