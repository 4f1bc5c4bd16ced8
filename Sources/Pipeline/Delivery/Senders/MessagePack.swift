// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Writes what MessagePack has, and lines of JSON in it.
///
/// Source: the MessagePack specification. Numbers are big-endian; texts and small numbers take the shortest form.
extension LineBuffer {
  /// How deep objects and arrays may be in each other.
  private static let depthLimit = 32

  /// Writes a value of JSON.
  ///
  /// - Returns: whether all of the bytes are one value; what was written of another one has no meaning.
  mutating func append(packedJSON line: RawSpan) -> Bool {
    var index = 0
    return appendPacked(line, &index, depth: 0) && index == line.byteCount
  }

  /// Writes a text, whose bytes should be UTF-8.
  mutating func append(packedText text: RawSpan) {
    appendPacked(textOf: text.byteCount)
    append(text)
  }

  /// Writes a number.
  mutating func append(packed number: UInt64) {
    switch number {
    case 0..<128: append(UInt8(number))
    case 0..<0x100:
      append(0xcc)
      append(UInt8(number))
    case 0..<0x1_0000:
      append(0xcd)
      append(bigEndian: UInt16(number))
    case 0..<0x1_0000_0000:
      append(0xce)
      append(bigEndian: UInt32(number))
    default:
      append(0xcf)
      append(bigEndian: number)
    }
  }

  /// Writes an integer in network byte order.
  mutating func append(bigEndian number: some FixedWidthInteger) {
    for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  private mutating func appendPacked(textOf count: Int) {
    switch count {
    case 0..<32: append(0xa0 | UInt8(count))
    case 32..<0x100:
      append(0xd9)
      append(UInt8(count))
    case 0x100..<0x1_0000:
      append(0xda)
      append(bigEndian: UInt16(count))
    default:
      append(0xdb)
      append(bigEndian: UInt32(truncatingIfNeeded: count))
    }
  }

  private mutating func appendPacked(
    _ line: RawSpan, _ index: inout Int, depth: Int
  ) -> Bool {
    guard index < line.byteCount, depth < Self.depthLimit else { return false }
    switch line.byte(index) {
    case UInt8(ascii: "{"):
      return appendPacked(elementsOf: line, &index, depth, until: UInt8(ascii: "}"), keyed: true)
    case UInt8(ascii: "["):
      return appendPacked(elementsOf: line, &index, depth, until: UInt8(ascii: "]"), keyed: false)
    case UInt8(ascii: "\""): return appendPacked(textIn: line, &index)
    case UInt8(ascii: "t"): return appendPacked("true", 0xc3, line, &index)
    case UInt8(ascii: "f"): return appendPacked("false", 0xc2, line, &index)
    case UInt8(ascii: "n"): return appendPacked("null", 0xc0, line, &index)
    default: return appendPacked(numberIn: line, &index)
    }
  }

  private mutating func appendPacked(
    _ word: StaticString, _ byte: UInt8, _ line: RawSpan, _ index: inout Int
  ) -> Bool {
    guard line.extracting(droppingFirst: index).begins(with: word) else { return false }
    index += word.utf8CodeUnitCount
    append(byte)
    return true
  }

  /// Writes an object or an array, whose number of elements is known at its end.
  private mutating func appendPacked(
    elementsOf line: RawSpan, _ index: inout Int, _ depth: Int, until end: UInt8, keyed: Bool
  ) -> Bool {
    append(keyed ? 0xde : 0xdc)
    let place = count
    append(bigEndian: UInt16(0))
    index += 1
    var elements: UInt16 = 0
    while index < line.byteCount, line.byte(index) != end {
      if elements > 0 {
        guard line.byte(index) == UInt8(ascii: ",") else { return false }
        index += 1
      }
      if keyed {
        guard index < line.byteCount, line.byte(index) == UInt8(ascii: "\""),
          appendPacked(textIn: line, &index), index < line.byteCount,
          line.byte(index) == UInt8(ascii: ":")
        else { return false }
        index += 1
      }
      guard appendPacked(line, &index, depth: depth + 1), elements < .max else { return false }
      elements += 1
    }
    guard index < line.byteCount else { return false }
    index += 1
    store(bigEndian: UInt32(elements), bytes: 2, at: place)
    return true
  }

  /// Writes a text, whose length is known at its end if there is anything escaped in it.
  private mutating func appendPacked(textIn line: RawSpan, _ index: inout Int) -> Bool {
    let start = index + 1
    guard
      let stop = line.offset(
        in: start..<line.byteCount,
        where: {
          $0.bytes(equalTo: UInt8(ascii: "\"")) | $0.bytes(equalTo: UInt8(ascii: "\\"))
        })
    else { return false }
    if line.byte(stop) == UInt8(ascii: "\"") {
      append(packedText: line.extracting(start..<stop))
      index = stop + 1
      return true
    }
    append(0xdb)
    let place = count
    append(bigEndian: UInt32(0))
    append(line.extracting(start..<stop))
    index = stop
    while index < line.byteCount {
      let byte = line.byte(index)
      index += 1
      if byte == UInt8(ascii: "\"") {
        store(bigEndian: UInt32(truncatingIfNeeded: count - place - 4), bytes: 4, at: place)
        return true
      }
      if byte != UInt8(ascii: "\\") {
        append(byte)
      } else if !appendEscaped(line, &index) {
        return false
      }
    }
    return false
  }

  /// Writes the character after a backslash.
  private mutating func appendEscaped(_ line: RawSpan, _ index: inout Int) -> Bool {
    guard index < line.byteCount else { return false }
    let byte = line.byte(index)
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): append(byte)
    case UInt8(ascii: "b"): append(8)
    case UInt8(ascii: "t"): append(9)
    case UInt8(ascii: "n"): append(10)
    case UInt8(ascii: "f"): append(12)
    case UInt8(ascii: "r"): append(13)
    case UInt8(ascii: "u"):
      guard let first = unit(line, &index) else { return false }
      var scalar = UInt32(first)
      if first >> 10 == 0x36, line.extracting(droppingFirst: index).begins(with: "\\u") {
        var next = index + 2
        if let second = unit(line, &next), second >> 10 == 0x37 {
          scalar = 0x1_0000 + (UInt32(first & 0x3ff) << 10 | UInt32(second & 0x3ff))
          index = next
        }
      }
      append(Array(String(Unicode.Scalar(scalar).map(Character.init) ?? "\u{fffd}").utf8))
    default: return false
    }
    return true
  }

  /// Reads four hexadecimal digits.
  private func unit(_ line: RawSpan, _ index: inout Int) -> UInt16? {
    guard index + 4 <= line.byteCount else { return nil }
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(line.byte(index))).hexDigitValue else {
        return nil
      }
      unit = unit << 4 | UInt16(digit)
      index += 1
    }
    return unit
  }

  private mutating func appendPacked(numberIn line: RawSpan, _ index: inout Int) -> Bool {
    let start = index
    while index < line.byteCount,
      (0x30...0x39).contains(line.byte(index)) || "+-.eE".utf8.contains(line.byte(index))
    {
      index += 1
    }
    guard index > start, index - start < 64 else { return false }
    let text = String(decoding: line.extracting(start..<index).copy, as: UTF8.self)
    if let number = UInt64(text) {
      append(packed: number)
    } else if let number = Int64(text) {
      append(0xd3)
      append(bigEndian: number)
    } else if let number = Double(text) {
      append(0xcb)
      append(bigEndian: number.bitPattern)
    } else {
      return false
    }
    return true
  }
}
