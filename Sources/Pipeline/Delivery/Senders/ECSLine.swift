// SPDX-License-Identifier: Apache-2.0

/// What can be found in the line of an event in the Elastic Common Schema without reading all of it.
enum ECSLine {
  private static let timestamp: StaticString = "{\"@timestamp\":\""

  /// The time of the event in ns since the epoch; nil for another line.
  static func time(of line: RawSpan) -> UInt64? {
    let start = timestamp.utf8CodeUnitCount
    // 2026-11-30T13:37:00.042000123Z
    guard line.begins(with: timestamp), line.byteCount >= start + 30 else { return nil }
    func number(_ place: Int, _ digits: Int) -> UInt64? {
      var number: UInt64 = 0
      for offset in start + place..<start + place + digits {
        let byte = line.byte(offset)
        guard (0x30...0x39).contains(byte) else { return nil }
        number = number * 10 + UInt64(byte - 0x30)
      }
      return number
    }
    guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
      let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2),
      let nanosecond = number(20, 9), year >= 1970, (1...12).contains(month), day >= 1
    else { return nil }
    let days = daysSinceEpoch(year, month, day)
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000_000 + nanosecond
  }

  /// The days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin in March.
  private static func daysSinceEpoch(_ year: UInt64, _ month: UInt64, _ day: UInt64) -> UInt64 {
    let shifted = month > 2 ? year : year - 1
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let ofYears = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400
    return ofYears + (monthFromMarch * 153 + 2) / 5 + day - 1 - 719_468
  }
}
