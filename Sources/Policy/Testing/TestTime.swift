// SPDX-License-Identifier: Apache-2.0

/// A time in a test, after the packet before or after the start: `+100ms`, `+10s`, `+100ms each`.
struct TestTime: Equatable {
  /// The time in ns.
  let nanoseconds: UInt64
  /// Whether it is that of each packet of a step, not only of the first.
  let isEach: Bool

  /// The time between two packets when no time is stated, in ns.
  static let usual: UInt64 = 1_000_000
  /// The longest time of all steps of a test, in ns: ten years.
  static let limit: UInt64 = 10 * 365 * 24 * 3600 * 1_000_000_000

  private static let units: [(name: Substring, nanoseconds: UInt64)] = [
    ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
  ]

  /// Creates a time from its text; nil when it is none, or longer than ``limit``.
  init?(_ text: String) {
    guard text.hasPrefix("+") else { return nil }
    isEach = text.hasSuffix(" each")
    let rest = isEach ? text.dropFirst().dropLast(5) : text.dropFirst()
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard digits.count <= 9, let number = UInt64(digits),
      let unit = Self.units.first(where: { $0.name == rest.dropFirst(digits.count) }),
      number <= Self.limit / unit.nanoseconds
    else { return nil }
    nanoseconds = number * unit.nanoseconds
  }
}
