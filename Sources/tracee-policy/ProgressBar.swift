import Glibc

/// How much of a large file was read, on a terminal.
struct ProgressBar {
  private let size: UInt64
  private var shown = ContinuousClock.now

  private static let width = 30
  /// Smaller files are read before anybody could look.
  private static let smallest: UInt64 = 64 << 20

  /// Makes a bar; nil when standard error is no terminal, or the file is not large, or none.
  init?(of size: UInt64?) {
    guard let size, size >= Self.smallest, isatty(STDERR_FILENO) == 1 else { return nil }
    self.size = size
  }

  /// Shows how many bytes were read, a few times a second.
  mutating func show(_ bytes: UInt64) {
    guard ContinuousClock.now - shown > .milliseconds(200) else { return }
    shown = .now
    let share = min(100, bytes * 100 / size)
    let done = Int(share) * Self.width / 100
    let bar =
      String(repeating: "=", count: done) + String(repeating: " ", count: Self.width - done)
    StandardError.write("\r[\(bar)] \(share) %")
  }

  /// Takes the bar away.
  func clear() { StandardError.write("\r\u{1b}[K") }
}
