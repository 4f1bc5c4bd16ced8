// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Tells the time of day in the local time zone, asking the C library once a second.
struct LocalTime {
  private var second: UInt64 = .max
  private var hours: Int32 = 0
  private var minutes: Int32 = 0
  private var seconds: Int32 = 0

  /// Writes a time in ns since the epoch as `13:37:00.042`, or as `13:37:00`.
  mutating func append(_ time: UInt64, milliseconds isFine: Bool, to line: inout LineBuffer) {
    if time / 1_000_000_000 != second {
      second = time / 1_000_000_000
      var since = time_t(second)
      var local = unsafe tm()
      unsafe localtime_r(&since, &local)
      unsafe (hours, minutes, seconds) = (local.tm_hour, local.tm_min, local.tm_sec)
    }
    line.append(twoDigits: hours)
    line.append(":")
    line.append(twoDigits: minutes)
    line.append(":")
    line.append(twoDigits: seconds)
    guard isFine else { return }
    line.append(".")
    let milliseconds = Int32(time / 1_000_000 % 1_000)
    line.append(UInt8(ascii: "0") + UInt8(milliseconds / 100))
    line.append(twoDigits: milliseconds % 100)
  }
}

extension LineBuffer {
  fileprivate mutating func append(twoDigits number: Int32) {
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }
}
