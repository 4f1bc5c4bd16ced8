// SPDX-License-Identifier: Apache-2.0

/// The text of policies: its name, its bytes, and its lines.
public struct SourceFile: Equatable, Sendable {
  /// The name, as the user gave it: a path, or `-` for standard input.
  public let name: String
  /// All bytes, including a byte order mark.
  public let bytes: [UInt8]

  /// The largest size of a source, in bytes: 16 MiB.
  public static let sizeLimit = 16 << 20

  private let lines: LineTable

  /// Creates a source of bytes, which need not be UTF-8.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    self.lines = LineTable(bytes)
  }

  /// The number of lines, at least one.
  public var lineCount: Int { lines.starts.count }

  /// The offset of the text in bytes: 3 after a byte order mark, otherwise 0.
  public var textStart: Int { lines.markLength }

  /// Returns a line, counted from 1, without its line break; empty if there is no such line.
  ///
  /// Bytes that are not UTF-8 become U+FFFD.
  public func line(_ number: Int) -> String {
    guard lines.starts.indices.contains(number - 1) else { return "" }
    let start = lines.starts[number - 1].byte
    let rest = bytes[max(start, textStart)...]
    let end = rest.firstIndex { $0 == LineTable.lineFeed || $0 == LineTable.carriageReturn }
    return String(decoding: rest[..<(end ?? bytes.endIndex)], as: UTF8.self)
  }

  /// Returns the position of an offset in bytes; offsets outside the source become its start or end.
  public func position(atByte offset: Int) -> SourcePosition {
    lines.position(atByte: min(max(offset, 0), bytes.count), in: bytes)
  }

  /// Returns the position of a Unicode scalar, counted from 0 at ``textStart``.
  func position(atScalar index: Int) -> SourcePosition {
    lines.position(atScalar: max(index, 0), in: bytes)
  }

  /// Returns the number of Unicode scalars between ``textStart`` and an offset in bytes.
  func scalarIndex(ofByte offset: Int) -> Int {
    lines.scalarIndex(ofByte: offset, in: bytes)
  }

  /// Returns the text of a range; offsets outside the source are cut to it, and bytes that are not UTF-8 become U+FFFD.
  public func text(of range: SourceRange) -> String {
    let lower = min(max(range.start.offset, 0), bytes.count)
    let upper = min(max(range.end.offset, lower), bytes.count)
    return String(decoding: bytes[lower..<upper], as: UTF8.self)
  }
}
