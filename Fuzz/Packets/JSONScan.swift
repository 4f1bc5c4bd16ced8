// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// Reads JSON without making anything of it, byte by byte, so that it can be asked about every input.
///
/// It is as strict as events are: no blanks between the parts, and no control character that is not escaped.
enum JSONScan {
  /// Whether bytes are one value (RFC 8259), in UTF-8.
  static func isValue(_ bytes: RawSpan) -> Bool {
    var place = 0
    return value(bytes, &place, depth: 0) && place == bytes.byteCount
  }

  private static func value(_ bytes: RawSpan, _ place: inout Int, depth: Int) -> Bool {
    guard place < bytes.byteCount, depth < 32 else { return false }
    switch bytes.byte(place) {
    case UInt8(ascii: "{"): return members(bytes, &place, depth, end: UInt8(ascii: "}"))
    case UInt8(ascii: "["): return members(bytes, &place, depth, end: UInt8(ascii: "]"))
    case UInt8(ascii: "\""): return string(bytes, &place)
    case UInt8(ascii: "t"): return word("true", bytes, &place)
    case UInt8(ascii: "f"): return word("false", bytes, &place)
    case UInt8(ascii: "n"): return word("null", bytes, &place)
    default: return number(bytes, &place)
    }
  }

  /// Reads what is between braces or brackets.
  private static func members(
    _ bytes: RawSpan, _ place: inout Int, _ depth: Int, end: UInt8
  ) -> Bool {
    place += 1
    if take(end, bytes, &place) { return true }
    repeat {
      if end == UInt8(ascii: "}") {
        guard take(UInt8(ascii: "\""), bytes, &place) else { return false }
        place -= 1
        guard string(bytes, &place), take(UInt8(ascii: ":"), bytes, &place) else { return false }
      }
      guard value(bytes, &place, depth: depth + 1) else { return false }
    } while take(UInt8(ascii: ","), bytes, &place)
    return take(end, bytes, &place)
  }

  private static func take(_ byte: UInt8, _ bytes: RawSpan, _ place: inout Int) -> Bool {
    guard place < bytes.byteCount, bytes.byte(place) == byte else { return false }
    place += 1
    return true
  }

  private static func word(_ word: StaticString, _ bytes: RawSpan, _ place: inout Int) -> Bool {
    guard bytes.extracting(droppingFirst: place).begins(with: word) else { return false }
    place += word.utf8CodeUnitCount
    return true
  }

  /// Reads a whole number, which is all that events have.
  private static func number(_ bytes: RawSpan, _ place: inout Int) -> Bool {
    _ = take(UInt8(ascii: "-"), bytes, &place)
    let start = place
    while place < bytes.byteCount, (0x30...0x39).contains(bytes.byte(place)) { place += 1 }
    return place == start + 1 || place > start && bytes.byte(start) != UInt8(ascii: "0")
  }

  private static func string(_ bytes: RawSpan, _ place: inout Int) -> Bool {
    place += 1
    while place < bytes.byteCount {
      switch bytes.byte(place) {
      case UInt8(ascii: "\""):
        place += 1
        return true
      case UInt8(ascii: "\\"): guard escape(bytes, &place) else { return false }
      case 0x20..<0x7f: place += 1
      default: guard UTF8Scan.scalar(bytes, &place, controls: false) else { return false }
      }
    }
    return false
  }

  /// Reads an escape; no scalar that events escape needs a surrogate.
  private static func escape(_ bytes: RawSpan, _ place: inout Int) -> Bool {
    guard place + 1 < bytes.byteCount else { return false }
    place += 2
    switch bytes.byte(place - 1) {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return true
    case UInt8(ascii: "u"):
      guard place + 4 <= bytes.byteCount else { return false }
      for offset in place..<place + 4 {
        switch bytes.byte(offset) {
        case 0x30...0x39, 0x61...0x66: continue
        default: return false
        }
      }
      place += 4
      return true
    default: return false
    }
  }
}
