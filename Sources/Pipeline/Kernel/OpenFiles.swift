import Glibc

/// How many files the process may have open.
enum OpenFiles {
  /// Whether they are fewer than the programs and the tables of the tracer need, with room for outputs.
  static var areFew: Bool {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return false
    }
    return limit.rlim_cur < 256
  }

  /// What to do when none can be opened any more; nil for every other error number.
  static func advice(_ code: Int32) -> String? {
    switch abs(code) {
    case EMFILE: "raise the limit of open files (ulimit -n)"
    case ENFILE: "raise the system's limit of open files (fs.file-max)"
    default: nil
    }
  }
}
