// SPDX-License-Identifier: Apache-2.0

import Policy

/// A field of a head by its places in it; the value is without the white space around it.
struct HTTPField {
  let name: Range<Int>
  let value: Range<Int>

  /// The most fields that a head may have.
  static let limit = 128
}

/// Goes through the fields of a head as they came (RFC 9112 §5).
///
/// Of a response, a value may go on in lines that begin with a blank (§5.2), and blanks may be before a colon (§5.1); of a
/// request both are refused.
struct HTTPFieldReader: ~Escapable {
  private let bytes: RawSpan
  private var offset: Int
  private var count = 0
  private let isTolerant: Bool
  /// What is wrong with the field that could not be read; nil while none was met.
  private(set) var fault: DecodingFault?

  /// Begins at an offset of a head.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int, ofResponse isTolerant: Bool) {
    self.bytes = bytes
    self.offset = offset
    self.isTolerant = isTolerant
  }

  /// The next field; nil at the empty line after the last, and where there is none.
  mutating func next() -> HTTPField? {
    do throws(DecodingFault) { return try read() } catch {
      fault = error
      return nil
    }
  }

  private mutating func read() throws(DecodingFault) -> HTTPField? {
    let line = try HTTPLine(bytes, at: offset)
    if line.text.isEmpty { return nil }
    if bytes.isBlank(line.text.lowerBound) { throw .foldedField }
    let name = bytes.token(in: line.text)
    var colon = name.upperBound
    while isTolerant, colon < line.text.upperBound, bytes.isBlank(colon) { colon += 1 }
    guard !name.isEmpty, colon < line.text.upperBound, bytes.byte(colon) == UInt8(ascii: ":")
    else { throw .badField }
    guard count < HTTPField.limit else { throw .tooManyFields }
    count += 1
    offset = line.end
    var end = line.text.upperBound
    while isTolerant, offset < bytes.byteCount, bytes.isBlank(offset) {
      let fold = try HTTPLine(bytes, at: offset)
      end = fold.text.upperBound
      offset = fold.end
    }
    return HTTPField(name: name, value: bytes.trimmed(colon + 1..<end))
  }
}

extension RawSpan {
  /// Gives `body` the parts of a field's value that stand in lines of their own, and the number of each; the others are blank.
  func forEachUnfoldedPart(_ body: (RawSpan, Int) -> Void) {
    var (start, number) = (0, 0)
    while true {
      let newline = offset(of: UInt8(ascii: "\n"), in: start..<byteCount)
      var end = newline ?? byteCount
      if newline != nil, end > start, byte(end - 1) == UInt8(ascii: "\r") { end -= 1 }
      let part = trimmed(start..<end)
      if !part.isEmpty || number == 0 && newline == nil {
        body(extracting(part), number)
        number += 1
      }
      guard let newline else { return }
      start = newline + 1
    }
  }
}

/// The fields of a head, sorted by canonical name; those of one name stay in the order in which they came.
struct SortedHTTPFields: ~Copyable {
  /// How many fields there are.
  private(set) var count = 0
  /// The places of each field: they are below 65,536, so that all fit in a page.
  private var places = InlineArray<128, SIMD4<UInt16>>(repeating: .zero)

  /// Sorts the fields of a head.
  init(_ head: borrowing HTTPHead) {
    var fields = head.fields
    while let field = fields.next() { insert(field, head.bytes) }
  }

  /// A field by its rank.
  @inline(__always)
  subscript(rank: Int) -> HTTPField {
    // By its span, for by itself the array would be copied.
    HTTPField(places.span[rank])
  }

  @inline(__always)
  private mutating func insert(_ field: HTTPField, _ bytes: RawSpan) {
    var rank = count
    let name = bytes.extracting(field.name)
    var places = places.mutableSpan
    while rank > 0, name.precedes(bytes.extracting(HTTPField(places[rank - 1]).name)) {
      places[rank] = places[rank - 1]
      rank -= 1
    }
    places[rank] = SIMD4(
      UInt16(field.name.lowerBound), UInt16(field.name.upperBound),
      UInt16(field.value.lowerBound), UInt16(field.value.upperBound))
    count += 1
  }
}

extension HTTPField {
  /// Takes the bounds of its places.
  @inline(__always)
  fileprivate init(_ bounds: SIMD4<UInt16>) {
    name = Int(bounds.x)..<Int(bounds.y)
    value = Int(bounds.z)..<Int(bounds.w)
  }
}

/// A line of a head, which ends in CR LF, or in LF alone (RFC 9112 §2.2).
struct HTTPLine {
  let text: Range<Int>
  /// Where the next begins.
  let end: Int

  /// Finds the line at an offset; NUL, and CR without LF behind it, are in none (RFC 9110 §5.5).
  init(_ bytes: RawSpan, at offset: Int) throws(DecodingFault) {
    var next = offset
    while let place = bytes.offset(
      ofByteBelow: UInt8(ascii: "\r") + 1, in: next..<bytes.byteCount)
    {
      next = place + 1
      let follower = next < bytes.byteCount ? bytes.byte(next) : nil
      switch (bytes.byte(place), follower) {
      case (UInt8(ascii: "\r"), UInt8(ascii: "\n")):
        text = offset..<place
        end = place + 2
        return
      case (UInt8(ascii: "\n"), _):
        text = offset..<place
        end = place + 1
        return
      case (0, _), (UInt8(ascii: "\r"), _?): throw .badByte
      default: break
      }
    }
    throw .pastEnd
  }
}
