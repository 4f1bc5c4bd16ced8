import Policy

/// The fields of a head, sorted by canonical name; those of one name stay in the order in which they came.
struct HTTPFields {
  /// A field by its places in the head; the value is without the white space around it.
  struct Field {
    let name: Range<Int>
    let value: Range<Int>
  }

  /// The most fields that a head may have.
  static let limit = 128

  /// How many fields there are.
  private(set) var count = 0
  /// The places of each field: they are below 65,536, so that all fit in a page.
  private var places = InlineArray<128, SIMD4<UInt16>>(repeating: .zero)

  /// A field by its rank.
  subscript(rank: Int) -> Field {
    let place = places[rank]
    return Field(
      name: Int(place.x)..<Int(place.y), value: Int(place.z)..<Int(place.w))
  }

  /// Reads the fields from an offset to the empty line (RFC 9112 §5).
  ///
  /// A line that goes on with the value of the one before is refused (§5.2), and so is a blank before a colon (§5.1).
  init(_ bytes: RawSpan, from offset: Int) throws(DecodingFault) {
    var offset = offset
    while true {
      let line = try HTTPLine(bytes, at: offset)
      offset = line.end
      if line.text.isEmpty { return }
      if bytes.isBlank(line.text.lowerBound) { throw .foldedField }
      guard let colon = bytes.offset(of: UInt8(ascii: ":"), in: line.text),
        bytes.isToken(line.text.lowerBound..<colon)
      else { throw .badField }
      guard count < Self.limit else { throw .tooManyFields }
      let value = bytes.trimmed(colon + 1..<line.text.upperBound)
      insert(
        SIMD4(
          UInt16(line.text.lowerBound), UInt16(colon), UInt16(value.lowerBound),
          UInt16(value.upperBound)), bytes)
    }
  }

  private mutating func insert(_ place: SIMD4<UInt16>, _ bytes: RawSpan) {
    var rank = count
    let name = bytes.extracting(Int(place.x)..<Int(place.y))
    while rank > 0, name.precedes(bytes.extracting(self[rank - 1].name)) {
      places[rank] = places[rank - 1]
      rank -= 1
    }
    places[rank] = place
    count += 1
  }
}

/// A line of a head, which ends in CR LF, or in LF alone (RFC 9112 §2.2).
struct HTTPLine {
  let text: Range<Int>
  /// Where the next begins.
  let end: Int

  /// Finds the line at an offset; NUL, and CR without LF behind it, are in none (RFC 9110 §5.5).
  init(_ bytes: RawSpan, at offset: Int) throws(DecodingFault) {
    for place in offset..<bytes.byteCount {
      let byte = bytes.byte(place)
      if byte > UInt8(ascii: "\r") { continue }
      if byte == UInt8(ascii: "\n") {
        let hasReturn = place > offset && bytes.byte(place - 1) == UInt8(ascii: "\r")
        text = offset..<place - (hasReturn ? 1 : 0)
        end = place + 1
        return
      }
      let isLone =
        byte == UInt8(ascii: "\r") && place + 1 < bytes.byteCount
        && bytes.byte(place + 1) != UInt8(ascii: "\n")
      if byte == 0 || isLone { throw .badByte }
    }
    throw .pastEnd
  }
}
