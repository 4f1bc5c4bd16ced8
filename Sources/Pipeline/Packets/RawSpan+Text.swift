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

  /// Whether a range is a token (RFC 9110 §5.6.2): not empty, without separators.
  func isToken(_ range: Range<Int>) -> Bool {
    for offset in range {
      switch byte(offset) {
      case 0x30...0x39, 0x41...0x5a, 0x5e...0x7a, 0x7c, 0x7e, 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d,
        0x2e:
        continue
      default: return false
      }
    }
    return !range.isEmpty
  }

  /// The number that they are in decimal digits; nil when they are not only digits, or more than 18.
  var wholeNumber: Int64? {
    guard (1...18).contains(byteCount) else { return nil }
    var number: Int64 = 0
    for offset in 0..<byteCount {
      guard (0x30...0x39).contains(byte(offset)) else { return nil }
      number = number * 10 + Int64(byte(offset) - 0x30)
    }
    return number
  }
}

extension UInt8 {
  /// The byte, a capital letter as a small one.
  var smallLetter: UInt8 { (0x41...0x5a).contains(self) ? self | 0x20 : self }
  /// The byte, a small letter as a capital.
  var capitalLetter: UInt8 { (0x61...0x7a).contains(self) ? self & ~0x20 : self }
}
