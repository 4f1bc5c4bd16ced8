// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// Reads UTF-8 without making anything of it.
enum UTF8Scan {
  /// Whether bytes are UTF-8 without a control character.
  static func isText(_ bytes: RawSpan) -> Bool {
    var place = 0
    while place < bytes.byteCount {
      guard scalar(bytes, &place, controls: false) else { return false }
    }
    return true
  }

  /// Reads a scalar; false when there is none (Unicode, table 3-7), or it is a control character that may not be.
  static func scalar(_ bytes: RawSpan, _ place: inout Int, controls: Bool) -> Bool {
    let first = bytes.byte(place)
    let second: ClosedRange<UInt8>
    let length: Int
    switch first {
    case 0x00...0x7f:
      place += 1
      return controls || first >= 0x20 && first != 0x7f
    case 0xc2: (length, second) = (2, controls ? 0x80...0xbf : 0xa0...0xbf)
    case 0xc3...0xdf: (length, second) = (2, 0x80...0xbf)
    case 0xe0: (length, second) = (3, 0xa0...0xbf)
    case 0xed: (length, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: (length, second) = (3, 0x80...0xbf)
    case 0xf0: (length, second) = (4, 0x90...0xbf)
    case 0xf4: (length, second) = (4, 0x80...0x8f)
    case 0xf1...0xf3: (length, second) = (4, 0x80...0xbf)
    default: return false
    }
    guard place + length <= bytes.byteCount, second.contains(bytes.byte(place + 1)) else {
      return false
    }
    for offset in place + 2..<place + length
    where !(0x80...0xbf).contains(bytes.byte(offset)) { return false }
    place += length
    return true
  }
}
