// SPDX-License-Identifier: Apache-2.0

/// Values that are lists (RFC 9110 §5.6.1).
extension RawSpan {
  /// Gives `body` each element of a list that is separated by commas, without the white space around it.
  func forEachElement(of list: Range<Int>, _ body: (RawSpan) -> Void) {
    var start = list.lowerBound
    while start <= list.upperBound {
      let end = offset(of: UInt8(ascii: ","), in: start..<list.upperBound) ?? list.upperBound
      body(extracting(unfolded(start..<end)))
      start = end + 1
    }
  }

  /// A range without the blanks and ends of lines at its ends.
  private func unfolded(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isSpace(start) { start += 1 }
    while end > start, isSpace(end - 1) { end -= 1 }
    return start..<end
  }

  private func isSpace(_ offset: Int) -> Bool { isBlank(offset) || isEndOfLine(offset) }

  /// Whether a byte is CR or LF.
  func isEndOfLine(_ offset: Int) -> Bool {
    byte(offset) == UInt8(ascii: "\r") || byte(offset) == UInt8(ascii: "\n")
  }
}

/// What the fields `Content-Length` of a head say together (RFC 9112 §6.3).
struct HTTPLength: Equatable {
  /// The length; nil without one.
  private(set) var value: Int64?
  /// Whether an element is no number up to 2^63−1.
  private(set) var isBad = false
  /// Whether two elements differ.
  private(set) var differs = false

  /// Adds the elements of a field's value.
  mutating func add(_ bytes: RawSpan, _ list: Range<Int>) {
    var (value, isBad, differs) = (value, isBad, differs)
    bytes.forEachElement(of: list) { element in
      guard let length = element.wholeNumber else {
        isBad = true
        return
      }
      if let value, value != length { differs = true }
      value = length
    }
    (self.value, self.isBad, self.differs) = (value, isBad, differs)
  }
}

/// What the fields `Transfer-Encoding` of a head say together (RFC 9112 §6.1).
struct HTTPCoding: Equatable {
  /// Whether the last coding is `chunked`, so that the body tells its end.
  private(set) var isChunked = false
  /// Whether there is another coding than `identity`, which is none.
  private(set) var isCoded = false

  /// Adds the codings of a field's value.
  mutating func add(_ bytes: RawSpan, _ list: Range<Int>) {
    var (isChunked, isCoded) = (isChunked, isCoded)
    bytes.forEachElement(of: list) { element in
      guard !element.isEmpty, !element.equals("identity") else { return }
      isChunked = element.equals("chunked")
      isCoded = true
    }
    (self.isChunked, self.isCoded) = (isChunked, isCoded)
  }
}
