// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The lines that a program writes, of which no one may be too long.
struct ProgramLines {
  /// What came of reading.
  enum Outcome {
    /// There is no more now.
    case empty
    /// There may be more.
    case more
    /// The program has closed its output.
    case ended
  }

  /// The most bytes of a line but the first.
  static let lineLimit = 1 << 16

  /// The most bytes of a line.
  var limit = ProgramLines.lineLimit
  /// Lines that were too long.
  private(set) var skipped: UInt64 = 0

  private var bytes: [UInt8] = []
  private var start = 0
  /// Whether the rest of a line that is too long is passed over.
  private var isSkipping = false

  /// Reads what is there, up to some bytes.
  mutating func read(from descriptor: Int32, limit: Int) -> Outcome {
    var part = [UInt8](repeating: 0, count: 1 << 16)
    var left = limit
    while left > 0 {
      let count = unsafe Glibc.read(descriptor, &part, min(part.count, left))
      if count == 0 { return .ended }
      if count < 0 { return errno == EAGAIN || errno == EINTR ? .empty : .ended }
      add(part[..<count])
      left -= count
    }
    return .more
  }

  /// Adds what was read.
  mutating func add(_ part: ArraySlice<UInt8>) {
    if start > 0 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes += part
  }

  /// The next whole line, without its end; nil when there is none yet.
  mutating func next() -> [UInt8]? {
    while true {
      guard let end = bytes[start...].firstIndex(of: 10) else {
        if isSkipping || bytes.count - start > limit {
          if !isSkipping { skipped += 1 }
          isSkipping = true
          bytes.removeAll(keepingCapacity: true)
          start = 0
        }
        return nil
      }
      let line = bytes[start..<end]
      start = end + 1
      if isSkipping {
        isSkipping = false
      } else if line.count > limit {
        skipped += 1
      } else {
        return line.last == 13 ? Array(line.dropLast()) : Array(line)
      }
    }
  }

  /// The lines that were too long, since the last time.
  mutating func takeSkipped() -> UInt64 {
    defer { skipped = 0 }
    return skipped
  }
}
