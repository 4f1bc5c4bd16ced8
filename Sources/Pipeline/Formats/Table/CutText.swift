// SPDX-License-Identifier: Apache-2.0

/// Texts that are cut to a number of columns, one for each scalar, with `…` in place of what is missing.
extension LineBuffer {
  /// Writes a part of what another buffer holds, without its end if that does not fit.
  mutating func append(cutting text: borrowing LineBuffer, _ part: Range<Int>, to columns: Int) {
    guard text.bytes.columns(in: part) > columns else { return append(text, part) }
    guard columns > 0 else { return }
    append(text, part.lowerBound..<text.bytes.end(of: columns - 1, in: part))
    append("…")
  }

  /// Writes a part of what another buffer holds, which is ASCII, without its middle if that does not fit.
  ///
  /// The end has more room than the beginning: an address differs there from its neighbours, and has its port.
  mutating func append(
    cuttingMiddleOf text: borrowing LineBuffer, _ part: Range<Int>, to columns: Int
  ) {
    guard part.count > columns else { return append(text, part) }
    guard columns > 0 else { return }
    let head = (columns - 1) / 4
    append(text, part.lowerBound..<part.lowerBound + head)
    append("…")
    append(text, part.upperBound - (columns - 1 - head)..<part.upperBound)
  }

  /// Writes the names of the policies that want an event, as many as fit, and how many more there are: `web +3`.
  ///
  /// The first one is always there, cut if need be.
  ///
  /// - Returns: the columns that it takes.
  mutating func append(policiesOf label: EventLabel, columns: Int) -> Int {
    let names = label.text
    let text = names.bytes
    let all = 0..<text.byteCount
    if text.columns(in: all) <= columns {
      append(text)
      return text.columns(in: all)
    }
    let count = label.nameEnds.count
    guard count > 1 else { return append(safeText: text, columns: columns) }
    var shown = 0
    var width = 0
    for index in 0..<count - 1 {
      let columnsOfNames = text.columns(in: 0..<label.nameEnds[index])
      if columnsOfNames + Self.columns(ofMore: count - index - 1) > columns { break }
      (shown, width) = (index + 1, columnsOfNames)
    }
    if shown > 0 {
      append(text.extracting(0..<label.nameEnds[shown - 1]))
    } else {
      shown = 1
      let room = max(columns - Self.columns(ofMore: count - 1), 1)
      width = append(safeText: text.extracting(0..<label.nameEnds[0]), columns: room)
    }
    append(" +")
    append(decimal: UInt(count - shown))
    return width + Self.columns(ofMore: count - shown)
  }

  /// The columns of ` +3`.
  private static func columns(ofMore count: Int) -> Int {
    var (digits, rest) = (1, count)
    while rest >= 10 { (digits, rest) = (digits + 1, rest / 10) }
    return digits + 2
  }
}

extension RawSpan {
  /// The columns of a part, which is UTF-8: one for each scalar.
  func columns(in part: Range<Int>) -> Int {
    var columns = 0
    for offset in part where byte(offset) & 0xc0 != 0x80 { columns += 1 }
    return columns
  }

  /// Where the first columns of a part end.
  fileprivate func end(of columns: Int, in part: Range<Int>) -> Int {
    var left = columns
    for offset in part where byte(offset) & 0xc0 != 0x80 {
      if left == 0 { return offset }
      left -= 1
    }
    return part.upperBound
  }
}
