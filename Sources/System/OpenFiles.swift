// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The limit on files that the process may have open.
package enum OpenFiles {
  /// Whether fewer than 256 are allowed: the programs and tables of a tracer need most of these.
  package static var areFew: Bool {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return false
    }
    return limit.rlim_cur < 256
  }

  /// Returns what to do about `EMFILE` or `ENFILE`, positive or negated; nil for every other error number.
  package static func advice(_ code: Int32) -> String? {
    switch abs(code) {
    case EMFILE: "raise the limit of open files (ulimit -n)"
    case ENFILE: "raise the system's limit of open files (fs.file-max)"
    default: nil
    }
  }
}
