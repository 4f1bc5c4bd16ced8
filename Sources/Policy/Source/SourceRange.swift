/// A place in a source: its line and column from 1, columns counted in Unicode scalars.
public struct SourcePosition: Equatable, Hashable, Sendable {
  /// The line, from 1.
  public var line: Int
  /// The column in Unicode scalars, from 1.
  public var column: Int
  /// The offset in bytes from the start of the source.
  public var offset: Int

  /// Makes a position.
  public init(line: Int, column: Int, offset: Int) {
    self.line = line
    self.column = column
    self.offset = offset
  }
}

/// A stretch of a source, from `start` up to but not including `end`.
public struct SourceRange: Equatable, Hashable, Sendable {
  /// The first character.
  public var start: SourcePosition
  /// The place behind the last character.
  public var end: SourcePosition

  /// Makes a range.
  public init(start: SourcePosition, end: SourcePosition) {
    self.start = start
    self.end = end
  }
}
