// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A progress bar on standard error for reading a large file.
struct ProgressBar {
  private let size: UInt64
  private var shown = ContinuousClock.now

  private static let width = 30
  /// The smallest file, in bytes, that gets a bar; smaller ones are read in no time.
  private static let smallest: UInt64 = 64 << 20

  /// Creates a bar for a file of `size` bytes; nil if standard error is not a terminal, or the file is small or has no
  /// size.
  init?(of size: UInt64?) {
    guard let size, size >= Self.smallest, isatty(STDERR_FILENO) == 1 else { return nil }
    self.size = size
  }

  /// Shows the share of bytes read so far; redraws at most five times a second.
  mutating func show(_ bytes: UInt64) {
    guard ContinuousClock.now - shown > .milliseconds(200) else { return }
    shown = .now
    let share = min(100, bytes * 100 / size)
    let done = Int(share) * Self.width / 100
    let bar =
      String(repeating: "=", count: done) + String(repeating: " ", count: Self.width - done)
    StandardError.write("\r[\(bar)] \(share) %")
  }

  /// Erases the bar.
  func clear() { StandardError.write("\r\u{1b}[K") }
}
