/// A list of things for people, as a table, and for programs, as JSON.
public struct Listing: Equatable, Sendable {
  /// The headings of the table.
  public var columns: [String]
  /// The rows of the table.
  public var rows: [[String]]
  /// The same, and maybe more, as JSON.
  public var json: JSONValue

  /// The table: columns two blanks apart, no blanks at the ends of lines, and a line break behind each line.
  public var table: String {
    let lines = [columns] + rows
    let widths = columns.indices.map { column in
      lines.map { $0[column].unicodeScalars.count }.max() ?? 0
    }
    return lines.map { line in
      var text = ""
      for (cell, width) in zip(line, widths) {
        text += cell + String(repeating: " ", count: width - cell.unicodeScalars.count + 2)
      }
      while text.hasSuffix(" ") { text.removeLast() }
      return text + "\n"
    }.joined()
  }
}
