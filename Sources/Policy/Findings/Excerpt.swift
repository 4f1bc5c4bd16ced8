/// A line of a source as it is shown, and the carets under a part of it.
struct Excerpt: Equatable {
  /// The number of the line, from 1.
  var number: Int
  /// The line, or the part of a long one around the range.
  var line: String
  /// Blanks and then one mark for each column under the range; at least one mark.
  var marks: String

  /// The most scalars of a line that are shown.
  static let widthLimit = 120
  /// How many of them stand before the range in a long line.
  static let lead = 40

  /// Shows the first line of a range.
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

  /// A tab is shown as one blank, so that marks stand under what they mark.
  private static func shown(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    for scalar in scalars { text.append(scalar == "\t" ? " " : Visible.scalar(scalar)) }
    return String(text)
  }

  private static func width(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
    scalars.reduce(0) { $0 + Visible.width($1 == "\t" ? " " : Visible.scalar($1)) }
  }
}
