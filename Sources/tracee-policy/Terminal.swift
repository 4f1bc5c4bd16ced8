import Glibc

/// The terminal that standard output may be.
enum Terminal {
  /// Whether standard output is a terminal.
  static var isOutput: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether what is printed may have colours: on a terminal, unless `NO_COLOR` is set and not empty (no-color.org).
  static var showsColour: Bool {
    isOutput && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
  }
}
