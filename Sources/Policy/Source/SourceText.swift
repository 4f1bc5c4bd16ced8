/// A text of a source with its place, as far as a parser inside it needs it.
public struct SourceText: Equatable, Sendable {
  /// The value, with the source's escapes and quotes undone.
  public let text: String
  /// The name of the source it comes from.
  public let source: String
  /// Where it stands, quotes included.
  public let range: SourceRange
  /// Where the first byte of `text` stands, when `text` stands in the source byte for byte on one
  /// line; else nil.
  public let verbatimStart: SourcePosition?

  /// Bytes between two entries of ``scalarCounts``.
  private static let stride = 256
  /// The scalars before each byte whose offset is a multiple of ``stride``, so that places in long
  /// texts cost no more than those in short ones.
  private let scalarCounts: [Int]

  /// Makes a text with its place.
  public init(
    text: String, source: String, range: SourceRange, verbatimStart: SourcePosition? = nil
  ) {
    self.text = text
    self.source = source
    self.range = range
    self.verbatimStart = verbatimStart
    var counts = [0]
    if verbatimStart != nil, text.utf8.count >= Self.stride {
      var (scalars, offset) = (0, 0)
      for byte in text.utf8 {
        if offset > 0, offset.isMultiple(of: Self.stride) { counts.append(scalars) }
        if !Self.continues(byte) { scalars += 1 }
        offset += 1
      }
    }
    scalarCounts = counts
  }

  /// The place of a part of ``text``, given by offsets in its UTF-8; the whole place if the source
  /// differs from the text.
  public func range(ofUTF8 part: Range<Int>) -> SourceRange {
    guard let start = verbatimStart else { return range }
    let count = text.utf8.count
    let lower = min(max(part.lowerBound, 0), count)
    let upper = min(max(part.upperBound, lower), count)
    func position(_ offset: Int) -> SourcePosition {
      SourcePosition(
        line: start.line, column: start.column + scalars(before: offset),
        offset: start.offset + offset)
    }
    return SourceRange(start: position(lower), end: position(upper))
  }

  private func scalars(before offset: Int) -> Int {
    let checkpoint = min(offset / Self.stride, scalarCounts.count - 1)
    let utf8 = text.utf8
    let from = utf8.index(utf8.startIndex, offsetBy: checkpoint * Self.stride)
    let to = utf8.index(from, offsetBy: offset - checkpoint * Self.stride)
    return scalarCounts[checkpoint] + utf8[from..<to].count { !Self.continues($0) }
  }

  /// Whether a byte is not the first of its scalar (RFC 3629 §3).
  private static func continues(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }
}
