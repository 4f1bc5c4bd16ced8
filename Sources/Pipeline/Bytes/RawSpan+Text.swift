// SPDX-License-Identifier: Apache-2.0

/// What readers of text protocols ask about bytes. Letters are those of ASCII.
extension RawSpan {
  /// Whether they begin with a text, letter by letter.
  func begins(with text: StaticString) -> Bool {
    guard byteCount >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { text in
      for offset in text.indices where unsafe byte(offset) != text[offset] { return false }
      return true
    }
  }

  /// Whether they are a text in small letters, whatever their case.
  func equals(_ text: StaticString) -> Bool {
    byteCount == text.utf8CodeUnitCount && matches(text, at: 0)
  }

  /// Whether a text in small letters is anywhere in them, whatever their case.
  func contains(_ text: StaticString) -> Bool {
    guard byteCount >= text.utf8CodeUnitCount else { return false }
    for start in 0...byteCount - text.utf8CodeUnitCount where matches(text, at: start) {
      return true
    }
    return false
  }

  private func matches(_ text: StaticString, at start: Int) -> Bool {
    text.withUTF8Buffer { text in
      for offset in text.indices {
        guard unsafe byte(start + offset).smallLetter == text[offset] else { return false }
      }
      return true
    }
  }

  /// Whether they come before others in order, both in canonical spelling.
  func precedes(_ other: RawSpan) -> Bool {
    for offset in 0..<Swift.min(byteCount, other.byteCount) {
      let (a, b) = (canonicalByte(offset), other.canonicalByte(offset))
      if a != b { return a < b }
    }
    return byteCount < other.byteCount
  }

  /// A byte of a field's name in canonical spelling: a capital at the start of each word, small letters elsewhere.
  func canonicalByte(_ offset: Int) -> UInt8 {
    offset == 0 || byte(offset - 1) == UInt8(ascii: "-")
      ? byte(offset).capitalLetter : byte(offset).smallLetter
  }

  /// A range without the spaces and tabs at its ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isBlank(start) { start += 1 }
    while end > start, isBlank(end - 1) { end -= 1 }
    return start..<end
  }

  /// Whether a byte is a space or a tab.
  func isBlank(_ offset: Int) -> Bool {
    byte(offset) == UInt8(ascii: " ") || byte(offset) == UInt8(ascii: "\t")
  }

  /// The place of the first space or tab in a range; nil without one.
  func blank(in range: Range<Int>) -> Int? {
    offset(in: range) {
      $0.bytes(equalTo: UInt8(ascii: " ")) | $0.bytes(equalTo: UInt8(ascii: "\t"))
    }
  }

  /// The token that a range begins with (RFC 9110 §5.6.2); empty when it begins with a separator.
  func token(in range: Range<Int>) -> Range<Int> {
    var end = range.lowerBound
    while end < range.upperBound, byte(end).isOfTokens { end += 1 }
    return range.lowerBound..<end
  }

  /// The number that they are in decimal digits; nil when they are not only digits, or it is above 2^63−1.
  var wholeNumber: Int64? {
    guard byteCount > 0 else { return nil }
    var number: Int64 = 0
    for offset in 0..<byteCount {
      guard (0x30...0x39).contains(byte(offset)) else { return nil }
      let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, isAbove) = tens.addingReportingOverflow(Int64(byte(offset) - 0x30))
      guard !isTooLarge, !isAbove else { return nil }
      number = sum
    }
    return number
  }
}

extension UInt8 {
  /// The byte, a capital letter as a small one.
  var smallLetter: UInt8 { (0x41...0x5a).contains(self) ? self | 0x20 : self }
  /// The byte, a small letter as a capital.
  var capitalLetter: UInt8 { (0x61...0x7a).contains(self) ? self & ~0x20 : self }
  /// The digit's value; nil when it is no hexadecimal digit.
  var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x41 + 10
    case 0x61...0x66: self - 0x61 + 10
    default: nil
    }
  }
  /// Whether it is a `tchar` of RFC 9110 §5.6.2: a letter, a digit, or one of !#$%&'*+-.^_`|~.
  var isOfTokens: Bool {
    // A bit for each of the bytes below 64, and for each from there to 127.
    let marks: UInt64 = self < 64 ? 0x03ff_6cfa_0000_0000 : 0x57ff_ffff_c7ff_fffe
    return self < 128 && marks >> (self & 63) & 1 == 1
  }
}
