// SPDX-License-Identifier: Apache-2.0

/// A position in a source.
public struct SourcePosition: Equatable, Hashable, Sendable {
  /// The line, counted from 1.
  public var line: Int
  /// The column in Unicode scalars, counted from 1.
  public var column: Int
  /// The offset in bytes from the start of the source, which includes a byte order mark.
  public var offset: Int

  /// Creates a position; the three numbers must agree with each other.
  public init(line: Int, column: Int, offset: Int) {
    self.line = line
    self.column = column
    self.offset = offset
  }
}

/// A range of a source, from `start` up to but not including `end`.
public struct SourceRange: Equatable, Hashable, Sendable {
  /// The position of the first character.
  public var start: SourcePosition
  /// The position after the last character.
  public var end: SourcePosition

  /// Creates a range between two positions.
  public init(start: SourcePosition, end: SourcePosition) {
    self.start = start
    self.end = end
  }
}
