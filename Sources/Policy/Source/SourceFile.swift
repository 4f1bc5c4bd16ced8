/// A text that holds policies: its name, its bytes, and where its lines begin.
public struct SourceFile: Equatable, Sendable {
  /// The name, as the user gave it: a path, or `-` for standard input.
  public let name: String
  /// All bytes, a byte order mark included.
  public let bytes: [UInt8]

  /// The most bytes that a source may have.
  public static let sizeLimit = 1 << 20

  private let lines: LineTable

  /// Makes a source of bytes, which need not be UTF-8.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    self.lines = LineTable(bytes)
  }

  /// How many lines there are: at least one.
  public var lineCount: Int { lines.starts.count }

  /// The bytes before the text: 3 with a byte order mark, else 0.
  public var textStart: Int { lines.markLength }

  /// A line without its line break, counted from 1; empty when there is no such line.
  ///
  /// Bytes that are not UTF-8 are shown as U+FFFD.
  public func line(_ number: Int) -> String {
    guard lines.starts.indices.contains(number - 1) else { return "" }
    let start = lines.starts[number - 1].byte
    let rest = bytes[max(start, textStart)...]
    let end = rest.firstIndex { $0 == LineTable.lineFeed || $0 == LineTable.carriageReturn }
    return String(decoding: rest[..<(end ?? bytes.endIndex)], as: UTF8.self)
  }

  /// The place of a byte, by its offset; the end of the source when the offset is behind it.
  public func position(atByte offset: Int) -> SourcePosition {
    lines.position(atByte: min(max(offset, 0), bytes.count), in: bytes)
  }

  /// The place of a Unicode scalar, counted from 0 at ``textStart``.
  func position(atScalar index: Int) -> SourcePosition {
    lines.position(atScalar: max(index, 0), in: bytes)
  }

  /// The Unicode scalars that stand between ``textStart`` and a byte.
  func scalarIndex(ofByte offset: Int) -> Int {
    lines.scalarIndex(ofByte: offset, in: bytes)
  }

  /// The text of a range.
  public func text(of range: SourceRange) -> String {
    let lower = min(max(range.start.offset, 0), bytes.count)
    let upper = min(max(range.end.offset, lower), bytes.count)
    return String(decoding: bytes[lower..<upper], as: UTF8.self)
  }
}
