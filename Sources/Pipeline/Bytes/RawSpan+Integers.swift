// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The integers and texts of foreign bytes. An offset beyond the end is our mistake, so it stops the program: callers
/// compare with `byteCount` first.
extension RawSpan {
  /// The byte at an offset.
  @inline(__always)
  func byte(_ offset: Int) -> UInt8 {
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// The integer at an offset, aligned or not, in host byte order.
  @inline(__always)
  func host<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer {
    unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self)
  }

  /// The integer at an offset, aligned or not, in network byte order.
  @inline(__always)
  func network<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer {
    Integer(bigEndian: host(offset))
  }

  /// Whether both hold the same bytes.
  func isEqual(to other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return unsafe withUnsafeBytes { mine in
      unsafe other.withUnsafeBytes { theirs in
        guard let mine = mine.baseAddress, let theirs = theirs.baseAddress else { return true }
        return unsafe memcmp(mine, theirs, byteCount) == 0
      }
    }
  }

  /// The bytes, as an array.
  var copy: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }

  /// The text of a C field: up to its first NUL, or all of it.
  @_lifetime(copy self)
  func text(_ offset: Int, capacity: Int) -> RawSpan {
    var end = offset
    while end < offset + capacity, byte(end) != 0 { end += 1 }
    return extracting(offset..<end)
  }
}

extension [UInt8] {
  /// The array's bytes.
  var bytes: RawSpan {
    @_lifetime(borrow self) get { unsafe span.bytes }
  }
}
