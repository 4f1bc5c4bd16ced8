// SPDX-License-Identifier: Apache-2.0

extension LineBuffer {
  /// Writes a JSON string (RFC 8259 §7), with its quotes, of bytes in any encoding.
  ///
  /// What is not UTF-8 becomes U+FFFD. All control characters are escaped, also those that JSON would allow.
  mutating func append(jsonText text: RawSpan) {
    append(UInt8(ascii: "\""))
    append(jsonPart: text)
    append(UInt8(ascii: "\""))
  }

  /// The same of an array.
  mutating func append(jsonText text: [UInt8]) { append(jsonText: text.bytes) }

  /// Writes bytes as a part of a JSON string, or as they are.
  mutating func append(part text: RawSpan, isJSON: Bool) {
    if isJSON { append(jsonPart: text) } else { append(text) }
  }

  /// Writes a part of a JSON string, without quotes around it.
  mutating func append(jsonPart text: RawSpan) {
    var plainFrom = 0
    while let offset = text.offset(in: plainFrom..<text.byteCount, where: \.bytesSpecialInJSON) {
      append(text.extracting(plainFrom..<offset))
      var reader = UTF8Reader(text.extracting(offset..<text.byteCount))
      append(jsonScalar: reader.next())
      plainFrom = offset + reader.offset
    }
    append(text.extracting(droppingFirst: plainFrom))
  }

  private mutating func append(jsonScalar scalar: UInt32) {
    switch scalar {
    case 0x22: append("\\\"")
    case 0x5c: append("\\\\")
    case 0x08: append("\\b")
    case 0x09: append("\\t")
    case 0x0a: append("\\n")
    case 0x0c: append("\\f")
    case 0x0d: append("\\r")
    case ..<0x20, 0x7f..<0xa0:
      append("\\u00")
      append(hexDigit: scalar >> 4)
      append(hexDigit: scalar & 15)
    default: append(scalar: scalar)
    }
  }

  /// Writes a number below 16 as one digit in lower case.
  mutating func append(hexDigit digit: UInt32) {
    let digit = UInt8(truncatingIfNeeded: digit)
    append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
  }

  /// Writes `true` or `false`.
  mutating func append(bool: Bool) {
    if bool { append("true") } else { append("false") }
  }
}

extension UInt64 {
  /// The bytes that a JSON string cannot have as they are, and DEL.
  @inline(__always)
  fileprivate var bytesSpecialInJSON: UInt64 {
    bytes(below: 0x20) | bytesAbove127 | bytes(equalTo: 0x7f)
      | bytes(equalTo: UInt8(ascii: "\"")) | bytes(equalTo: UInt8(ascii: "\\"))
  }
}
