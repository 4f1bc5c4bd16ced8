// SPDX-License-Identifier: Apache-2.0

import Policy

/// A file that always holds what was counted up to a moment, as a whole.
public struct StatsFile: Sendable {
  private let path: String
  private let option: String
  /// How old the counts may be while tracing goes on; nil: they are written only at the end.
  public let interval: Duration?
  private var due: ContinuousClock.Instant?
  private var hasFailed = false

  /// Names the file; nothing is written yet.
  ///
  /// - Parameter option: the option that names it, for errors.
  public init(
    _ path: String, every interval: Duration? = nil, option: String = "--stats-file"
  ) {
    self.path = path
    self.option = option
    self.interval = interval
    due = interval.map { ContinuousClock.now + $0 }
  }

  /// How long until the next counts are due; nil when there are none before the end.
  var wait: Duration? { due.map { max(.zero, ContinuousClock.now.duration(to: $0)) } }

  /// Whether counts are due; the next ones are then due an interval later.
  mutating func isDue() -> Bool {
    guard let due, let interval, due <= .now else { return false }
    self.due = .now + interval
    return true
  }

  /// Writes a ledger that is not the last: what goes wrong with it, the next one may fix.
  ///
  /// - Returns: what there is to say: why it could not be written, once, and that it can be again.
  mutating func keep(_ ledger: Ledger) -> String? { keep(Self.text(of: ledger)) }

  /// Writes a text that is not the last, as of a ledger.
  mutating func keep(_ text: String) -> String? {
    do throws(OutputError) { try write(text) } catch {
      defer { hasFailed = true }
      return hasFailed ? nil : "\(error); retrying"
    }
    defer { hasFailed = false }
    return hasFailed ? "'\(path)' can be written again" : nil
  }

  /// Replaces the file by a ledger, at once: a reader finds either the old one or the new one.
  public func write(_ ledger: Ledger) throws(OutputError) { try write(Self.text(of: ledger)) }

  /// Replaces the file by a text, at once.
  func write(_ text: String) throws(OutputError) {
    try ReplacedFile(path, option: option).write(Array(text.utf8))
  }

  private static func text(of ledger: Ledger) -> String { ledger.json.rendered() + "\n" }
}
