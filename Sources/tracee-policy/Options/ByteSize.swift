// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A size of memory on the command line: a whole number of bytes, or of units `K`, `M` or `G` (powers of 1,024).
struct ByteSize: ExpressibleByArgument {
  let bytes: UInt32

  /// The largest size in bytes: 1 GiB, the largest power of two that fits the kernel's 32-bit ring size.
  private static let limit: UInt64 = 1 << 30

  init(bytes: UInt32) { self.bytes = bytes }

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    guard let count = UInt64(digits), count > 0, count <= Self.limit else { return nil }
    let unit: UInt64
    switch argument.dropFirst(digits.count).uppercased() {
    case "": unit = 1
    case "K", "KIB": unit = 1 << 10
    case "M", "MIB": unit = 1 << 20
    case "G", "GIB": unit = 1 << 30
    default: return nil
    }
    let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: unit)
    guard !isTooLarge, bytes <= Self.limit else { return nil }
    self.bytes = UInt32(bytes)
  }

  /// The size in the largest unit in which it is a whole number.
  var description: String {
    for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] where bytes % (1 << shift) == 0 {
      return "\(bytes >> UInt32(shift)) \(unit)"
    }
    return "\(bytes) B"
  }
}
