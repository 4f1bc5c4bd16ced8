// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import System

/// Standard output: the results of a command, and nothing else.
enum StandardOutput {
  /// Writes text unchanged.
  ///
  /// A closed pipe is not an error: the reader has seen enough.
  ///
  /// - Throws: exit code 2, after printing why the text cannot be written.
  static func write(_ text: String) throws(ExitCode) {
    let code = Descriptor.writeAll(Array(text.utf8), to: STDOUT_FILENO)
    guard code != 0, code != EPIPE else { return }
    StandardError.report("cannot write to standard output: \(SystemError.reason(code))")
    throw .worldRefused
  }
}
