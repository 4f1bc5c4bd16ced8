/// Lines on their way to one output, and whose they are.
///
/// The emitter fills it, hands it over, and gets it back empty: it is never in two hands.
final class LineChunk: @unchecked Sendable {
  /// What is written.
  var lines = LineBuffer(capacity: LineChunk.limit + 1 << 16)
  /// The end of each line, in bytes from the start.
  private var ends: [Int] = []
  /// Lines with one label in a row: the label and the first of them; those without a label are not events.
  private var runs: [(label: EventLabel?, first: Int)] = []
  private var lastLabel: EventLabel?
  /// The events among the lines.
  private(set) var events: UInt64 = 0

  /// A chunk that has so many bytes is full; its last line may end behind them.
  static let limit = 1 << 18

  init() {
    // As many as there can be lines of 64 bytes.
    ends.reserveCapacity(LineChunk.limit / 64)
    runs.reserveCapacity(LineChunk.limit / 64)
  }

  /// Whether it should be handed over.
  var isFull: Bool { lines.count >= Self.limit }
  var isEmpty: Bool { ends.isEmpty }

  /// Says that a line ends here.
  ///
  /// - Parameter label: what the line shows; nil for a line that is no event.
  func endLine(of label: EventLabel?) {
    if label != nil { events += 1 }
    if ends.isEmpty || lastLabel !== label {
      runs.append((label, ends.count))
      lastLabel = label
    }
    ends.append(lines.count)
  }

  /// Where the line begins that holds the byte at an offset.
  func startOfLine(at offset: Int) -> Int {
    let line = lineCount(within: offset)
    return line == 0 ? 0 : ends[line - 1]
  }

  /// Gives `body` the events whose lines do not end within the first bytes.
  func forEachEvent(after bytes: Int, _ body: (EventLabel, UInt64) -> Void) {
    let complete = lineCount(within: bytes)
    for (index, run) in runs.enumerated() {
      let end = index + 1 < runs.count ? runs[index + 1].first : ends.count
      let left = end - max(run.first, complete)
      if let label = run.label, left > 0 { body(label, UInt64(left)) }
    }
  }

  private func lineCount(within bytes: Int) -> Int {
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] <= bytes { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Forgets all lines.
  func clear() {
    lines.truncate(to: 0)
    ends.removeAll(keepingCapacity: true)
    runs.removeAll(keepingCapacity: true)
    lastLabel = nil
    events = 0
  }
}
