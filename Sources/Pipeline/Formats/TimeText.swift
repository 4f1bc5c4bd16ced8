// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Times as RFC 3339 writes them, in UTC with nanoseconds.
///
/// The text of the last second is kept, since most events are of the same second as the one before.
final class TimeText {
  /// The second of the last time, and its text.
  private var second: UInt64 = .max
  private var date = LineBuffer(capacity: 64)

  /// Writes a time, without quotes.
  ///
  /// - Parameter time: in ns since the epoch.
  func append(_ time: UInt64, to line: inout LineBuffer) {
    if time / 1_000_000_000 != second { setSecond(time / 1_000_000_000) }
    line.append(date, 0..<date.count)
    line.append(".")
    let nanoseconds = time % 1_000_000_000
    var unit: UInt64 = 100_000_000
    while unit > 0 {
      line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: nanoseconds / unit % 10))
      unit /= 10
    }
    line.append("Z")
  }

  private func setSecond(_ second: UInt64) {
    self.second = second
    var since = time_t(second)
    var utc = unsafe tm()
    unsafe gmtime_r(&since, &utc)
    date.truncate(to: 0)
    date.append(decimal: unsafe UInt32(utc.tm_year + 1900))
    append("-", unsafe utc.tm_mon + 1)
    append("-", unsafe utc.tm_mday)
    append("T", unsafe utc.tm_hour)
    append(":", unsafe utc.tm_min)
    append(":", unsafe utc.tm_sec)
  }

  /// Adds a separator and a number of two digits to the date.
  private func append(_ separator: StaticString, _ number: Int32) {
    date.append(separator)
    date.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
    date.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }
}
