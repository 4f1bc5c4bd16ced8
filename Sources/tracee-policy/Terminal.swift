// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The terminal that standard output may be.
enum Terminal {
  /// Whether standard output is a terminal.
  static var isOutput: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether what is printed may have colours: on a terminal, unless `NO_COLOR` is set and not empty (no-color.org).
  static var showsColour: Bool {
    isOutput && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
  }

  /// The columns of the terminal that standard output is; nil if it is none, or has no known size.
  static var width: Int? {
    var size = winsize()
    guard isOutput, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
