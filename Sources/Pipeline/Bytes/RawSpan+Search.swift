// SPDX-License-Identifier: Apache-2.0

/// Looks for bytes eight at a time.
///
/// Each test gives a word in which the highest bit of a byte is set where the test holds; above the first such byte it may
/// be set where it does not.
extension RawSpan {
  /// The place of the first byte in a range that has a value; nil without one.
  func offset(of byte: UInt8, in range: Range<Int>) -> Int? {
    offset(in: range) { $0.bytes(equalTo: byte) }
  }

  /// The place of the first byte in a range that is below a limit of at most 128; nil without one.
  func offset(ofByteBelow limit: UInt8, in range: Range<Int>) -> Int? {
    offset(in: range) { $0.bytes(below: limit) }
  }

  /// The place of the first byte in a range that meets a test; nil without one.
  @inline(__always)
  func offset(in range: Range<Int>, where test: (UInt64) -> UInt64) -> Int? {
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      let found = test(UInt64(littleEndian: host(offset)))
      if found != 0 { return offset + found.trailingZeroBitCount / 8 }
      offset += 8
    }
    guard offset < range.upperBound else { return nil }
    let place = offset &+ test(word(offset..<range.upperBound)).trailingZeroBitCount / 8
    return place < range.upperBound ? place : nil
  }

  /// Gives `body` all bytes, eight at a time; the last ones with zeros for those that are missing.
  @inline(__always)
  func forEachWord(_ body: (UInt64) -> Void) {
    var offset = 0
    while offset + 8 <= byteCount {
      body(UInt64(littleEndian: host(offset)))
      offset += 8
    }
    if offset < byteCount { body(word(offset..<byteCount)) }
  }

  /// One to seven bytes as the low ones of a word, with zeros above them.
  @inline(__always)
  private func word(_ range: Range<Int>) -> UInt64 {
    if range.upperBound >= 8 {
      let unwanted = 8 &* UInt64(truncatingIfNeeded: 8 &- range.count)
      return UInt64(littleEndian: host(range.upperBound - 8)) &>> unwanted
    }
    var word: UInt64 = 0
    var offset = range.upperBound
    while offset > range.lowerBound {
      offset -= 1
      word = word &<< 8 | UInt64(byte(offset))
    }
    return word
  }
}

extension UInt64 {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// The bytes that have a value.
  @inline(__always)
  func bytes(equalTo byte: UInt8) -> UInt64 {
    (self ^ Self.ones &* UInt64(byte)).bytes(below: 1)
  }

  /// The bytes that are below a limit of at most 128.
  @inline(__always)
  func bytes(below limit: UInt8) -> UInt64 {
    (self &- Self.ones &* UInt64(limit)) & ~self & Self.highs
  }

  /// The bytes that are not ASCII.
  @inline(__always)
  var bytesAbove127: UInt64 { self & Self.highs }
}
