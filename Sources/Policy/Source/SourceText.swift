// SPDX-License-Identifier: Apache-2.0

/// A text of a source with its place, which can locate parts of the text.
public struct SourceText: Equatable, Sendable {
  /// The text, with the source's quotes and escapes resolved.
  public let text: String
  /// The name of the source that it comes from.
  public let source: String
  /// The place of the text in the source, including quotes.
  public let range: SourceRange
  /// The position of the first byte of `text`, if the source contains `text` byte for byte on one line; otherwise nil.
  public let verbatimStart: SourcePosition?

  /// The number of bytes between two entries of ``scalarCounts``.
  private static let stride = 256
  /// The number of scalars before each byte whose offset is a multiple of ``stride``, so that positions in long texts
  /// cost no more than in short ones; empty if each byte is a scalar.
  private let scalarCounts: [Int]
  /// Whether the text stands for one that the source lacks, of which there is a finding already.
  public let isAbsent: Bool

  /// Creates a text with its place.
  public init(
    text: String, source: String, range: SourceRange, verbatimStart: SourcePosition? = nil,
    isAbsent: Bool = false
  ) {
    self.isAbsent = isAbsent
    self.text = text
    self.source = source
    self.range = range
    self.verbatimStart = verbatimStart
    var counts = [0]
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
      counts = []
    } else if verbatimStart != nil, text.utf8.count >= Self.stride {
      var (scalars, offset) = (0, 0)
      for byte in text.utf8 {
        if offset > 0, offset.isMultiple(of: Self.stride) { counts.append(scalars) }
        if !Self.continues(byte) { scalars += 1 }
        offset += 1
      }
    }
    scalarCounts = counts
  }

  /// Returns the place of a part of ``text``, given by offsets in its UTF-8; the whole ``range`` if ``verbatimStart``
  /// is nil.
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
    guard !scalarCounts.isEmpty else { return offset }
    let checkpoint = min(offset / Self.stride, scalarCounts.count - 1)
    let utf8 = text.utf8
    let from = utf8.index(utf8.startIndex, offsetBy: checkpoint * Self.stride)
    let to = utf8.index(from, offsetBy: offset - checkpoint * Self.stride)
    return scalarCounts[checkpoint] + utf8[from..<to].count { !Self.continues($0) }
  }

  /// Returns whether a byte is not the first of its scalar (RFC 3629 §3).
  private static func continues(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }
}
