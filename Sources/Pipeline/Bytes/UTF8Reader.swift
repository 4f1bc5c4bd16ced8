// SPDX-License-Identifier: Apache-2.0

/// Reads bytes that should be UTF-8, scalar by scalar (Unicode Standard, table 3-7).
struct UTF8Reader: ~Escapable {
  private let bytes: RawSpan
  /// The bytes read.
  private(set) var offset = 0

  /// Reads from the first byte on.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  /// Whether there is no more.
  var isAtEnd: Bool { offset == bytes.byteCount }

  /// The next scalar, or U+FFFD for each longest run of bytes that begins like a scalar and does not end like one.
  mutating func next() -> UInt32 {
    let lead = bytes.byte(offset)
    offset += 1
    switch lead {
    case 0x00...0x7f: return UInt32(lead)
    case 0xc2...0xdf: return trail(UInt32(lead & 0x1f), 1, first: 0x80...0xbf)
    case 0xe0: return trail(UInt32(lead & 0x0f), 2, first: 0xa0...0xbf)
    case 0xed: return trail(UInt32(lead & 0x0f), 2, first: 0x80...0x9f)
    case 0xe1...0xef: return trail(UInt32(lead & 0x0f), 2, first: 0x80...0xbf)
    case 0xf0: return trail(UInt32(lead & 0x07), 3, first: 0x90...0xbf)
    case 0xf1...0xf3: return trail(UInt32(lead & 0x07), 3, first: 0x80...0xbf)
    case 0xf4: return trail(UInt32(lead & 0x07), 3, first: 0x80...0x8f)
    default: return Self.replacement
    }
  }

  /// U+FFFD.
  static let replacement: UInt32 = 0xfffd

  private mutating func trail(
    _ start: UInt32, _ count: Int, first: ClosedRange<UInt8>
  ) -> UInt32 {
    var scalar = start
    for index in 0..<count {
      guard offset < bytes.byteCount else { return Self.replacement }
      let byte = bytes.byte(offset)
      guard (index == 0 ? first : 0x80...0xbf).contains(byte) else { return Self.replacement }
      scalar = scalar << 6 | UInt32(byte & 0x3f)
      offset += 1
    }
    return scalar
  }
}

extension LineBuffer {
  /// Writes a scalar in UTF-8.
  mutating func append(scalar: UInt32) {
    switch scalar {
    case ..<0x80:
      append(UInt8(truncatingIfNeeded: scalar))
    case ..<0x800:
      append(UInt8(truncatingIfNeeded: 0xc0 | scalar >> 6))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f))
    case ..<0x1_0000:
      append(UInt8(truncatingIfNeeded: 0xe0 | scalar >> 12))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3f))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f))
    default:
      append(UInt8(truncatingIfNeeded: 0xf0 | scalar >> 18))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3f))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3f))
      append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3f))
    }
  }
}
