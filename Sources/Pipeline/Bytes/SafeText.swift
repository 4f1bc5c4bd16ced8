// SPDX-License-Identifier: Apache-2.0

extension LineBuffer {
  /// Writes a text for people, so that it can do nothing to a terminal.
  ///
  /// Control characters, marks that turn the direction of writing, and what is not UTF-8 become U+FFFD. A text that is
  /// too long ends in `…`.
  ///
  /// - Returns: how many columns it takes, one for each scalar.
  @discardableResult
  mutating func append(safeText text: RawSpan, columns: Int) -> Int {
    var reader = UTF8Reader(text)
    var written = 0
    while !reader.isAtEnd {
      if written == columns - 1 {
        var ahead = reader
        _ = ahead.next()
        if !ahead.isAtEnd {
          append("…")
          return columns
        }
      }
      let scalar = reader.next()
      append(scalar: Self.isHarmless(scalar) ? scalar : UTF8Reader.replacement)
      written += 1
    }
    return written
  }

  /// The same of an array.
  @discardableResult
  mutating func append(safeText text: [UInt8], columns: Int) -> Int {
    append(safeText: text.bytes, columns: columns)
  }

  /// Writes spaces until a text of some columns fills its field, and one between it and the next.
  mutating func pad(_ written: Int, to width: Int) {
    for _ in 0..<max(width - written, 0) + 1 { append(UInt8(ascii: " ")) }
  }

  private static func isHarmless(_ scalar: UInt32) -> Bool {
    switch scalar {
    case ..<0x20, 0x7f..<0xa0: false
    case 0x061c, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: false
    default: true
    }
  }

  /// The bytes written, as an array.
  var copy: [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(count)
    for offset in 0..<count { copy.append(bytes.byte(offset)) }
    return copy
  }
}
