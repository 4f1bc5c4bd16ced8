import ArgumentParser
import Glibc
import Policy
import System

/// Where everything goes that is no event.
enum StandardError {
  /// Writes a line that begins with the program's name.
  static func say(_ text: String) { write(line(text)) }

  /// A line that begins with the program's name, whatever names of files and the like are in it.
  static func line(_ text: String) -> String { "tracee-policy: \(Visible.text(text))\n" }

  /// Writes text as it is.
  static func write(_ text: String) {
    _ = Descriptor.writeAll(Array(text.utf8), to: STDERR_FILENO)
  }
}

extension ExitCode {
  /// There are findings of error severity in the user's files.
  static let findings = ExitCode(1)
  /// The machine, the kernel or a file refused.
  static let worldRefused = ExitCode(2)
}
