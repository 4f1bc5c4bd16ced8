// SPDX-License-Identifier: Apache-2.0

/// The header of radiotap, which stands before that of IEEE 802.11.
///
/// Source: radiotap.org; its numbers have the least significant byte first.
enum RadiotapHeader {
  /// Returns what it leads to.
  static func step(_ frame: RawSpan, at offset: Int) -> LinkStep? {
    guard offset + 8 <= frame.byteCount, frame.byte(offset) == 0 else { return nil }
    let length = Int(frame.littleEndian(offset + 2, as: UInt16.self))
    guard length >= 8, offset + length <= frame.byteCount else { return nil }
    let field = Self.flags(frame, at: offset, length: length)
    return WirelessHeader.step(frame, at: offset + length, isPadded: field & 0x20 != 0)
  }

  /// Returns the field of flags; 0 when there is none.
  private static func flags(_ frame: RawSpan, at offset: Int, length: Int) -> UInt8 {
    let present: UInt32 = frame.littleEndian(offset + 4)
    var place = 8
    var word = present
    // The highest bit says that another word follows.
    while word & 1 << 31 != 0, place + 4 <= length {
      word = frame.littleEndian(offset + place)
      place += 4
    }
    // A time of eight bytes stands before it, aligned to its size.
    if present & 1 != 0 { place = (place + 7) / 8 * 8 + 8 }
    return present & 2 != 0 && place < length ? frame.byte(offset + place) : 0
  }
}

/// The header of a frame of IEEE 802.11 that carries data.
enum WirelessHeader {
  /// Returns what it leads to; nil for what is encrypted, a later fragment, or several in one (A-MSDU).
  ///
  /// - Parameter isPadded: whether the header is filled up to a multiple of four bytes.
  static func step(_ frame: RawSpan, at offset: Int, isPadded: Bool = false) -> LinkStep? {
    guard offset + 24 <= frame.byteCount else { return nil }
    let (kind, flags) = (frame.byte(offset), frame.byte(offset + 1))
    // Version 0, data, and not one of those subtypes that have none.
    guard kind & 0x0f == 0x08, kind & 0x40 == 0, flags & 0x40 == 0,
      frame.byte(offset + 22) & 0x0f == 0
    else { return nil }
    var size = flags & 3 == 3 ? 30 : 24
    if kind & 0x80 != 0 {
      guard offset + size + 2 <= frame.byteCount, frame.byte(offset + size) & 0x80 == 0 else {
        return nil
      }
      size += flags & 0x80 != 0 ? 6 : 2
    }
    return .llc(at: offset + (isPadded ? (size + 3) / 4 * 4 : size))
  }
}

extension RawSpan {
  /// Returns the integer at an offset whose least significant byte comes first.
  func littleEndian<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: Integer.Type = Integer.self
  ) -> Integer {
    network(offset, as: Integer.self).byteSwapped
  }
}
