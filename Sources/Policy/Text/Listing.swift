// SPDX-License-Identifier: Apache-2.0

/// A list that is shown as a table for people and as JSON for programs.
public struct Listing: Equatable, Sendable {
  /// The headings of the table, one for each column.
  public var columns: [String]
  /// The rows of the table, each with as many cells as ``columns``.
  public var rows: [[String]]
  /// The list as JSON, possibly with more detail than the table.
  ///
  /// Its members are described in `docs/cli.md`.
  public var json: JSONValue

  /// The list as an aligned text table: columns two blanks apart, no trailing blanks, each line with a line break.
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
