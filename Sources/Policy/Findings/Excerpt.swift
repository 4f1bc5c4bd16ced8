// SPDX-License-Identifier: Apache-2.0

/// A line of a source as it is shown, with marks under a part of it.
struct Excerpt: Equatable {
  /// The number of the line, counted from 1.
  var number: Int
  /// The line, or the part of a long one around the range.
  var line: String
  /// Blanks, then one mark for each column of the range, at least one.
  var marks: String

  /// The most Unicode scalars of a line that are shown.
  static let widthLimit = 120
  /// The number of scalars shown before the range in a long line.
  static let lead = 40

  /// Creates an excerpt of the first line of a range.
  init(of range: SourceRange, in source: SourceFile, mark: Character) {
    let scalars = Array(source.line(range.start.line).unicodeScalars)
    let start = min(range.start.column - 1, scalars.count)
    let lineEnd = range.end.line == range.start.line ? range.end.column - 1 : scalars.count
    let end = min(max(lineEnd, start), scalars.count)

    let isLong = scalars.count > Self.widthLimit
    let from = isLong ? max(start - Self.lead, 0) : 0
    let to = min(from + Self.widthLimit, scalars.count)
    let before = from > 0 ? "…" : ""
    number = range.start.line
    line = before + Self.shown(scalars[from..<to]) + (to < scalars.count ? "…" : "")
    let blanks = before.count + Self.width(scalars[from..<start])
    let marked = max(Self.width(scalars[start..<min(end, to)]), 1)
    marks =
      String(repeating: " ", count: blanks) + String(repeating: String(mark), count: marked)
  }

  /// Returns scalars as they are shown; a tab becomes one blank, so that marks are aligned.
  private static func shown(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    for scalar in scalars { text.append(scalar == "\t" ? " " : Visible.scalar(scalar)) }
    return String(text)
  }

  private static func width(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
    scalars.reduce(0) { $0 + Visible.width($1 == "\t" ? " " : Visible.scalar($1)) }
  }
}
