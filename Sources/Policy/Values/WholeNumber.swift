// SPDX-License-Identifier: Apache-2.0

/// Parses whole numbers as policies write them.
///
/// Unlike the parsers of the standard library, these accept ASCII digits only, and no sign.
enum WholeNumber {
  /// Parses decimal without leading zeros, or hexadecimal after `0x`; nil if malformed or above 64 bits.
  static func read(_ text: some StringProtocol) -> UInt64? {
    let bytes = text.utf8
    if bytes.starts(with: "0x".utf8) || bytes.starts(with: "0X".utf8) {
      return hexadecimal(bytes.dropFirst(2))
    }
    return decimal(bytes)
  }

  /// Parses decimal digits without leading zeros; nil if there are none or the number is above 64 bits.
  static func decimal(_ bytes: some Collection<UInt8>) -> UInt64? {
    if bytes.count > 1, bytes.first == UInt8(ascii: "0") { return nil }
    return digits(bytes, radix: 10)
  }

  /// Parses hexadecimal digits of either case; nil if there are none or the number is above 64 bits.
  static func hexadecimal(_ bytes: some Collection<UInt8>) -> UInt64? {
    digits(bytes, radix: 16)
  }

  private static func digits(_ bytes: some Collection<UInt8>, radix: UInt64) -> UInt64? {
    guard !bytes.isEmpty else { return nil }
    var number: UInt64 = 0
    for byte in bytes {
      guard let digit = value(byte), digit < radix else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: radix)
      let (sum, carry) = product.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      number = sum
    }
    return number
  }

  private static func value(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
