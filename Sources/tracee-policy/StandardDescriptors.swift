// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The descriptors 0, 1 and 2, which every process is expected to have open.
enum StandardDescriptors {
  /// Opens `/dev/null` for reading in place of each descriptor that the caller has closed.
  ///
  /// Otherwise the next file that is opened, perhaps a BPF map, would become standard output. Writing to a descriptor
  /// that was closed remains an error.
  static func occupy() {
    while true {
      let number = open("/dev/null", O_RDONLY)
      guard (0...2).contains(number) else {
        if number > 2 { close(number) }
        return
      }
    }
  }
}
