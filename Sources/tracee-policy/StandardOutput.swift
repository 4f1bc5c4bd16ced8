import ArgumentParser
import Glibc

/// Where commands print what they were asked for.
enum StandardOutput {
  /// Prints text as it is; a reader that has seen enough is fine.
  ///
  /// - Throws: the exit code, after saying why it cannot be printed.
  static func write(_ text: String) throws(ExitCode) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        if code == EPIPE { return }
        StandardError.say("cannot write to standard output: \(String(cString: strerror(code)))")
        throw .worldRefused
      }
      rest = rest.dropFirst(count)
    }
  }
}
