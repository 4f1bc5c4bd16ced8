// SPDX-License-Identifier: Apache-2.0

/// Reads a short message in MessagePack.
///
/// Source: the MessagePack specification.
struct MessagePackReader {
  /// A value; numbers and extensions are not told apart.
  enum Value: Equatable {
    /// A text, or bytes.
    case text([UInt8])
    case truth(Bool)
    case list([Value])
    case map([Pair])
    case other
  }

  /// A key that is a text, and its value.
  struct Pair: Equatable {
    var key: [UInt8]
    var value: Value
  }

  private let bytes: [UInt8]
  private var index = 0
  /// Whether more bytes are needed.
  private var isShort = false
  private static let deepest = 4

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What is known when there is no value: whether more bytes may make one.
  var reading: ForwardHandshake.Reading {
    isShort && bytes.count < ForwardHandshake.limit ? .incomplete : .unknown
  }

  /// Reads a list; nil if there is none.
  mutating func list() -> [Value]? {
    guard case .list(let elements)? = value(depth: 0) else { return nil }
    return elements
  }

  private mutating func value(depth: Int) -> Value? {
    guard depth <= Self.deepest, let first = number(1) else { return nil }
    switch first {
    case 0x80...0x8f: return map(first & 0x0f, depth)
    case 0xde: return number(2).flatMap { map($0, depth) }
    case 0x90...0x9f: return list(first & 0x0f, depth)
    case 0xdc: return number(2).flatMap { list($0, depth) }
    case 0xa0...0xbf: return take(first & 0x1f).map { .text($0) }
    case 0xc4, 0xd9: return number(1).flatMap { take($0) }.map { .text($0) }
    case 0xc5, 0xda: return number(2).flatMap { take($0) }.map { .text($0) }
    case 0xc2, 0xc3: return .truth(first == 0xc3)
    case 0x00...0x7f, 0xe0...0xff, 0xc0: return .other
    case 0xcc, 0xd0: return take(1).map { _ in .other }
    case 0xcd, 0xd1: return take(2).map { _ in .other }
    case 0xca, 0xce, 0xd2: return take(4).map { _ in .other }
    case 0xcb, 0xcf, 0xd3: return take(8).map { _ in .other }
    default: return nil
    }
  }

  private mutating func list(_ count: Int, _ depth: Int) -> Value? {
    var elements: [Value] = []
    for _ in 0..<count {
      guard let element = value(depth: depth + 1) else { return nil }
      elements.append(element)
    }
    return .list(elements)
  }

  private mutating func map(_ count: Int, _ depth: Int) -> Value? {
    var pairs: [Pair] = []
    for _ in 0..<count {
      guard case .text(let key)? = value(depth: depth + 1), let value = value(depth: depth + 1)
      else { return nil }
      pairs.append(Pair(key: key, value: value))
    }
    return .map(pairs)
  }

  /// Reads a number of one or two bytes.
  private mutating func number(_ size: Int) -> Int? {
    take(size).map { $0.reduce(0) { $0 << 8 | Int($1) } }
  }

  private mutating func take(_ count: Int) -> [UInt8]? {
    guard count <= bytes.count - index else {
      isShort = true
      return nil
    }
    defer { index += count }
    return Array(bytes[index..<index + count])
  }
}
