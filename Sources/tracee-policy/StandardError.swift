// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Policy
import System

/// Standard error: messages, never events.
enum StandardError {
  /// The urgency of a line, numbered as in syslog(3).
  enum Priority: Int {
    case error = 3
    case warning = 4
    case notice = 5
    case information = 6
  }

  /// Writes a line that starts with the program's name.
  static func report(_ text: String, _ priority: Priority = .error) { write(line(text), priority) }

  /// Returns a line that starts with the program's name; control characters in the text are made visible.
  static func line(_ text: String) -> String { "tracee-policy: \(Visible.text(text))\n" }

  /// Writes whole lines unchanged; in the journal each starts with its priority, as in sd-daemon(3).
  static func write(_ text: String, _ priority: Priority) {
    guard isJournal, !text.isEmpty else { return write(text) }
    let lines = text.split(separator: "\n").map { "<\(priority.rawValue)>\($0)\n" }
    write(lines.joined())
  }

  /// Writes text unchanged; errors are ignored, as there is nowhere left to report them.
  static func write(_ text: String) {
    _ = Descriptor.writeAll(Array(text.utf8), to: STDERR_FILENO)
  }

  /// Whether standard error is the journal's: systemd names the device and the number of its socket.
  private static let isJournal: Bool = {
    guard let stream = getenv("JOURNAL_STREAM") else { return false }
    var status = stat()
    guard fstat(STDERR_FILENO, &status) == 0 else { return false }
    return String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
  }()
}

extension ExitCode {
  /// The exit code for findings of error severity in policies.
  static let findings = ExitCode(1)
  /// The exit code for a refusal by the machine, the kernel or a file.
  static let worldRefused = ExitCode(2)
}
