/// A text of a source with its place, as far as a parser inside it needs it.
public struct SourceText: Equatable, Sendable {
  /// The value, with the source's escapes and quotes undone.
  public var text: String
  /// The name of the source it comes from.
  public var source: String
  /// Where it stands, quotes included.
  public var range: SourceRange
  /// Where the first byte of `text` stands, when `text` stands in the source byte for byte on one line; else nil.
  public var verbatimStart: SourcePosition?

  /// Makes a text with its place.
  public init(
    text: String, source: String, range: SourceRange, verbatimStart: SourcePosition? = nil
  ) {
    self.text = text
    self.source = source
    self.range = range
    self.verbatimStart = verbatimStart
  }

  /// The place of a part of ``text``, given by offsets in its UTF-8; the whole place if the source differs from the text.
  public func range(ofUTF8 part: Range<Int>) -> SourceRange {
    guard let start = verbatimStart else { return range }
    let bytes = Array(text.utf8)
    let lower = min(max(part.lowerBound, 0), bytes.count)
    let upper = min(max(part.upperBound, lower), bytes.count)
    func position(_ offset: Int) -> SourcePosition {
      let scalars = bytes[..<offset].count { $0 & 0xc0 != 0x80 }
      return SourcePosition(
        line: start.line, column: start.column + scalars, offset: start.offset + offset)
    }
    return SourceRange(start: position(lower), end: position(upper))
  }
}
