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

  /// Reads the fields from an offset to the empty line; nil when one is malformed, there are too many, or the empty line
  /// is not there (RFC 9112 §5).
  init?(_ bytes: RawSpan, from offset: Int) {
    var offset = offset
    while true {
      guard let line = HTTPLine(bytes, at: offset) else { return nil }
      offset = line.end
      if line.text.isEmpty { return }
      let first = bytes.byte(line.text.lowerBound)
      if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
        // A value that goes on in the next line.
        guard count > 0 else { return nil }
        let more = bytes.trimmed(line.text)
        if !more.isEmpty { places[inserted].w = UInt16(more.upperBound) }
        continue
      }
      guard let colon = bytes.offset(of: UInt8(ascii: ":"), in: line.text),
        bytes.isToken(line.text.lowerBound..<colon), count < Self.limit
      else { return nil }
      let value = bytes.trimmed(colon + 1..<line.text.upperBound)
      insert(
        SIMD4(
          UInt16(line.text.lowerBound), UInt16(colon), UInt16(value.lowerBound),
          UInt16(value.upperBound)), bytes)
    }
  }

  /// The rank of the field that was read last.
  private var inserted = 0

  private mutating func insert(_ place: SIMD4<UInt16>, _ bytes: RawSpan) {
    var rank = count
    let name = bytes.extracting(Int(place.x)..<Int(place.y))
    while rank > 0, name.precedes(bytes.extracting(self[rank - 1].name)) {
      places[rank] = places[rank - 1]
      rank -= 1
    }
    places[rank] = place
    inserted = rank
    count += 1
  }
}

/// A line of a head, which ends in CR LF, or in LF alone.
struct HTTPLine {
  let text: Range<Int>
  /// Where the next begins.
  let end: Int

  /// Finds the line at an offset; nil when its end is not there.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard
      let newline = bytes.offset(of: UInt8(ascii: "\n"), in: offset..<bytes.byteCount)
    else { return nil }
    let hasReturn = newline > offset && bytes.byte(newline - 1) == UInt8(ascii: "\r")
    text = offset..<newline - (hasReturn ? 1 : 0)
    end = newline + 1
  }
}
