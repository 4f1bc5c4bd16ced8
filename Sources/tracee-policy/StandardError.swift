import ArgumentParser
import Glibc
import Policy

/// Where everything goes that is no event.
enum StandardError {
  /// Writes a line that begins with the program's name.
  static func say(_ text: String) { write(line(text)) }

  /// A line that begins with the program's name, whatever names of files and the like are in it.
  static func line(_ text: String) -> String { "tracee-policy: \(Visible.text(text))\n" }

  /// Writes text as it is.
  static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0 && errno != EINTR { return }
      rest = rest.dropFirst(max(0, count))
    }
  }
}

extension ExitCode {
  /// There are findings of error severity in the user's files.
  static let findings = ExitCode(1)
  /// The machine, the kernel or a file refused.
  static let worldRefused = ExitCode(2)
}
