// SPDX-License-Identifier: Apache-2.0

/// Lines on their way to one output, and whose they are.
///
/// The emitter fills it, hands it over, and gets it back empty: it is never in two hands. So what every event changes is
/// not checked for that.
@safe final class LineChunk: @unchecked Sendable {
  @exclusivity(unchecked) private var written = LineBuffer(capacity: LineChunk.limit + 1 << 16)
  /// The end of each line, in bytes from the start.
  @exclusivity(unchecked) private var ends: [Int] = []
  /// Lines with one label in a row: the label and the first of them; those without a label are not events.
  private var runs: [(label: EventLabel?, first: Int)] = []
  private var lastLabel: EventLabel?
  /// The events among the lines.
  private(set) var events: UInt64 = 0

  /// A chunk that has so many bytes is full; its last line may end behind them.
  static let limit = 1 << 18

  init() {
    // As many as there can be lines of 64 bytes.
    unsafe ends.reserveCapacity(LineChunk.limit / 64)
    runs.reserveCapacity(LineChunk.limit / 64)
  }

  /// What is written.
  var lines: LineBuffer {
    _read { yield unsafe written }
    _modify { yield unsafe &written }
  }

  /// Whether it should be handed over.
  var isFull: Bool { lines.count >= Self.limit }
  var isEmpty: Bool { unsafe ends.isEmpty }

  /// Says that a line ends here.
  ///
  /// - Parameter label: what the line shows; nil for a line that is no event.
  func endLine(of label: EventLabel?) {
    if label != nil { events += 1 }
    if isEmpty || lastLabel !== label {
      runs.append((label, unsafe ends.count))
      lastLabel = label
    }
    unsafe ends.append(lines.count)
  }

  /// Where the line begins that holds the byte at an offset.
  func startOfLine(at offset: Int) -> Int {
    let line = lineCount(within: offset)
    return line == 0 ? 0 : unsafe ends[line - 1]
  }

  /// How many lines there are.
  var lineCount: Int { unsafe ends.count }

  /// The bytes of some lines, with the last one's line end.
  func range(of lines: Range<Int>) -> Range<Int> {
    let start = lines.lowerBound == 0 ? 0 : unsafe ends[lines.lowerBound - 1]
    return start..<(lines.isEmpty ? start : unsafe ends[lines.upperBound - 1])
  }

  /// How many bytes some lines have.
  func bytes(of lines: Range<Int>) -> Int { range(of: lines).count }

  /// What a line shows; nil for a line that is no event.
  func label(ofLine line: Int) -> EventLabel? {
    var (low, high) = (0, runs.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if runs[middle].first <= line { low = middle } else { high = middle }
    }
    return runs[low].label
  }

  /// Gives `body` the events whose lines do not end within the first bytes.
  func forEachEvent(after bytes: Int, _ body: (EventLabel, UInt64) -> Void) {
    forEachEvent(in: lineCount(within: bytes)..<lineCount, body)
  }

  /// Gives `body` the events of some lines, those with one label in a row together.
  func forEachEvent(in lines: Range<Int>, _ body: (EventLabel, UInt64) -> Void) {
    for (index, run) in runs.enumerated() {
      let end = index + 1 < runs.count ? runs[index + 1].first : lineCount
      let left = min(end, lines.upperBound) - max(run.first, lines.lowerBound)
      if let label = run.label, left > 0 { body(label, UInt64(left)) }
    }
  }

  private func lineCount(within bytes: Int) -> Int {
    var (low, high) = unsafe (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if unsafe ends[middle] <= bytes { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Forgets all lines.
  func clear() {
    lines.truncate(to: 0)
    unsafe ends.removeAll(keepingCapacity: true)
    runs.removeAll(keepingCapacity: true)
    lastLabel = nil
    events = 0
  }
}
