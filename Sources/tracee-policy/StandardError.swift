import ArgumentParser
import Glibc
import Policy
import System

/// Where everything goes that is no event.
enum StandardError {
  /// How urgent a line is, as syslog(3) counts it.
  enum Priority: Int {
    case error = 3
    case warning = 4
    case notice = 5
    case information = 6
  }

  /// Writes a line that begins with the program's name.
  static func say(_ text: String, _ priority: Priority = .error) { write(line(text), priority) }

  /// A line that begins with the program's name, whatever names of files and the like are in it.
  static func line(_ text: String) -> String { "tracee-policy: \(Visible.text(text))\n" }

  /// Writes whole lines, as they are.
  ///
  /// Where they go to the journal, each begins with its priority, by which it can then be asked for (sd-daemon(3)).
  static func write(_ text: String, _ priority: Priority) {
    guard isJournal, !text.isEmpty else { return write(text) }
    let lines = text.split(separator: "\n").map { "<\(priority.rawValue)>\($0)\n" }
    write(lines.joined())
  }

  /// Writes text as it is.
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
  /// There are findings of error severity in the user's files.
  static let findings = ExitCode(1)
  /// The machine, the kernel or a file refused.
  static let worldRefused = ExitCode(2)
}
