import ArgumentParser
import Glibc
import System

/// Where commands print what they were asked for.
enum StandardOutput {
  /// Prints text as it is; a reader that has seen enough is fine.
  ///
  /// - Throws: the exit code, after saying why it cannot be printed.
  static func write(_ text: String) throws(ExitCode) {
    let code = Descriptor.writeAll(Array(text.utf8), to: STDOUT_FILENO)
    guard code != 0, code != EPIPE else { return }
    StandardError.say("cannot write to standard output: \(SystemError.reason(code))")
    throw .worldRefused
  }
}
