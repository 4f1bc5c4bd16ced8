// SPDX-License-Identifier: Apache-2.0

import Glibc

/// When this process first asked for the time.
package enum ProcessStart {
  /// In ns of `CLOCK_BOOTTIME` as the kernel counts it for itself: of the initial time namespace.
  package static let time: UInt64 = {
    var now = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &now)
    return UInt64(max(0, Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - namespaceOffset))
  }()

  /// What this process's time namespace adds to the clock; 0 where there are no such namespaces.
  private static var namespaceOffset: Int64 {
    guard let file = unsafe fopen("/proc/self/timens_offsets", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      let bytes = line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
      guard words.count == 3, words[0] == "boottime", let seconds = Int64(words[1]),
        let nanoseconds = Int64(words[2])
      else { continue }
      return seconds * 1_000_000_000 + nanoseconds
    }
    return 0
  }
}
