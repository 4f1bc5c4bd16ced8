import ArgumentParser
import Glibc

/// Standard output: the results of a command, and nothing else.
enum StandardOutput {
  /// Whether to use colours: on a terminal, unless `NO_COLOR` is set and not empty (https://no-color.org).
  static var isColoured: Bool {
    let isRefused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    return isatty(STDOUT_FILENO) == 1 && !isRefused
  }

  /// Writes text unchanged.
  ///
  /// A closed pipe is not an error: the reader has seen enough.
  ///
  /// - Throws: exit code 2, after printing why the text cannot be written.
  static func write(_ text: String) throws(ExitCode) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        if code == EPIPE { return }
        StandardError.report("cannot write to standard output: \(String(cString: strerror(code)))")
        throw .worldRefused
      }
      rest = rest.dropFirst(count)
    }
  }
}
