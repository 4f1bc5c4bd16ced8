import ArgumentParser
import Glibc
import Policy
import System

/// Standard error: messages, never events.
enum StandardError {
  /// Writes a line that starts with the program's name.
  static func report(_ text: String) { write(line(text)) }

  /// Returns a line that starts with the program's name; control characters in the text are made visible.
  static func line(_ text: String) -> String { "tracee-policy: \(Visible.text(text))\n" }

  /// Writes text unchanged; errors are ignored, as there is nowhere left to report them.
  static func write(_ text: String) {
    _ = Descriptor.writeAll(Array(text.utf8), to: STDERR_FILENO)
  }
}

extension ExitCode {
  /// The exit code for findings of error severity in policies.
  static let findings = ExitCode(1)
  /// The exit code for a refusal by the machine, the kernel or a file.
  static let worldRefused = ExitCode(2)
}
