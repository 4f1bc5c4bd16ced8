// SPDX-License-Identifier: Apache-2.0

/// The starts of the lines of a text, in bytes and in Unicode scalars.
///
/// A line ends with LF, CR or CR LF, as editors count. A byte order mark has no width. A byte that does not start a
/// scalar counts with the scalar before it, so that a text that is not UTF-8 has positions too.
struct LineTable: Equatable, Sendable {
  /// The start of a line: the offset of its first byte, and the number of scalars before it.
  struct Start: Equatable, Sendable {
    var byte: Int
    var scalar: Int
  }

  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
  /// The number of scalars between two entries of ``checkpoints``.
  private static let stride = 256

  /// The starts of all lines, at least one.
  private(set) var starts: [Start]
  /// The length of the byte order mark in bytes; 0 without one.
  let markLength: Int
  /// The offset in bytes of each scalar whose index is a multiple of ``stride``.
  private var checkpoints: [Int] = []

  init(_ bytes: [UInt8]) {
    markLength = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
    starts = [Start(byte: markLength, scalar: 0)]
    var scalar = 0
    for index in markLength..<bytes.count {
      let byte = bytes[index]
      if !Self.continues(byte) {
        if scalar.isMultiple(of: Self.stride) { checkpoints.append(index) }
        scalar += 1
      }
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      if byte == Self.lineFeed || byte == Self.carriageReturn && next != Self.lineFeed {
        starts.append(Start(byte: index + 1, scalar: scalar))
      }
    }
  }

  func position(atByte offset: Int, in bytes: [UInt8]) -> SourcePosition {
    let line = lastStart { $0.byte <= offset }
    let scalar = scalarIndex(ofByte: offset, in: bytes)
    return SourcePosition(
      line: line + 1, column: max(scalar - starts[line].scalar, 0) + 1, offset: offset)
  }

  func position(atScalar scalar: Int, in bytes: [UInt8]) -> SourcePosition {
    guard !checkpoints.isEmpty else {
      return SourcePosition(line: 1, column: 1, offset: markLength)
    }
    let checkpoint = min(scalar / Self.stride, checkpoints.count - 1)
    var offset = checkpoints[checkpoint]
    var index = checkpoint * Self.stride
    while index < scalar && offset < bytes.count {
      repeat { offset += 1 } while offset < bytes.count && Self.continues(bytes[offset])
      index += 1
    }
    let line = lastStart { $0.scalar <= index }
    return SourcePosition(
      line: line + 1, column: index - starts[line].scalar + 1, offset: offset)
  }

  func scalarIndex(ofByte offset: Int, in bytes: [UInt8]) -> Int {
    var checkpoint = checkpoints.partitioningIndex { $0 > offset } - 1
    guard checkpoint >= 0 else { return 0 }
    let start = checkpoints[checkpoint]
    checkpoint *= Self.stride
    return checkpoint + bytes[start..<min(offset, bytes.count)].count { !Self.continues($0) }
  }

  /// Returns whether a byte is not the first of its scalar (RFC 3629 §3).
  private static func continues(_ byte: UInt8) -> Bool { byte & 0xc0 == 0x80 }

  /// Returns the index of the last start that meets a condition which holds up to some line and for none after it.
  private func lastStart(where holds: (Start) -> Bool) -> Int {
    max(starts.partitioningIndex { !holds($0) } - 1, 0)
  }
}

extension Array {
  /// Returns the first index whose element meets a condition that holds from some element on; `count` if none does.
  fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
