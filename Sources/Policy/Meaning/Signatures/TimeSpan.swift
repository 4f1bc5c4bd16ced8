// SPDX-License-Identifier: Apache-2.0

/// Lengths of time as people write them: `100ms`, `60s`, `10m`, `1h30m`, `7d`.
enum TimeSpan {
  private static let units: [(name: String, nanoseconds: UInt64)] = [
    ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
  ]

  /// The longest that can be written, in ns: a year.
  static let limit: UInt64 = 366 * 86_400_000_000_000

  /// Reads a length of time in ns; it is more than 0.
  static func read(_ text: String) throws(ValueFault) -> UInt64 {
    let fault = ValueFault("`\(text)` is not a length of time, such as 30s, 10m or 1h")
    var rest = Array(text.utf8)[...]
    var total: UInt64 = 0
    while !rest.isEmpty {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      let letters = rest.dropFirst(digits.count).prefix { (0x61...0x7a).contains($0) }
      guard let number = UInt64(String(decoding: digits, as: UTF8.self)),
        let unit = units.first(where: { $0.name.utf8.elementsEqual(letters) })
      else { throw fault }
      let (part, overflow) = number.multipliedReportingOverflow(by: unit.nanoseconds)
      guard !overflow, part <= limit, total + part <= limit else {
        throw ValueFault("`\(text)` is more than a year")
      }
      total += part
      rest = rest.dropFirst(digits.count + letters.count)
    }
    guard total > 0 else { throw fault }
    return total
  }
}
