// SPDX-License-Identifier: Apache-2.0

/// Lines of a chunk that are sent together, until it is known what became of each.
struct LineBatch {
  /// What became of a line.
  enum Fate {
    case delivered
    /// It may be delivered another time.
    case later
    /// It never will be.
    case refused
  }

  /// The lines that have to be sent, in order; empty when there is no batch.
  private(set) var pending: [Int] = []
  private var first = 0
  private var bytes = 0
  /// Whether each line of the batch is delivered.
  private var verdicts: [Bool] = []

  /// Begins a batch of the lines of a chunk from one on, unless there is one that was not settled yet.
  ///
  /// - Parameter limit: the bytes of the lines at most, unless it is one line.
  mutating func begin(_ chunk: LineChunk, from line: Int, limit: Int = .max) {
    guard pending.isEmpty else { return }
    first = line
    var end = chunk.lineCount
    while end > line + 1, chunk.range(of: line..<end).count > limit {
      end = line + (end - line + 1) / 2
    }
    pending = Array(line..<end)
    bytes = chunk.range(of: line..<end).count
    verdicts = pending.map { _ in false }
  }

  /// Takes what became of each pending line; returns how many are still to be sent.
  mutating func settle(_ fates: [Fate]) -> Int {
    var later: [Int] = []
    for (line, fate) in zip(pending, fates) {
      switch fate {
      case .delivered: verdicts[line - first] = true
      case .later: later.append(line)
      case .refused: break
      }
    }
    pending = later
    return later.count
  }

  /// Gives up a batch of several lines of which nothing is known yet, and returns its bytes; nil for another batch, which stays.
  mutating func withdraw() -> Int? {
    guard pending.count > 1, pending.count == verdicts.count else { return nil }
    pending = []
    return bytes
  }

  /// What became of the whole batch, of which no line is pending.
  ///
  /// - Parameter reason: why lines are refused, if any is.
  func outcome(_ reason: String) -> EventSender.Outcome {
    verdicts.contains(false) ? .settled(verdicts, reason) : .delivered(verdicts.count)
  }
}
