// SPDX-License-Identifier: Apache-2.0

import Policy

/// A name in a DNS message, by its place; all of its labels are there, and it is no longer than a name may be.
struct DNSName {
  private let start: Int
  /// Where the name ends in the place where it stands, whatever it continues with.
  let end: Int

  /// Finds the name at an offset of a message (RFC 1035 §3.1, §4.1.4).
  ///
  /// A pointer must lead to a place before the labels that it ends, so there are no loops.
  init(_ bytes: RawSpan, at offset: Int) throws(DecodingFault) {
    start = offset
    var labels = DNSLabels(bytes, at: offset)
    while labels.next() != nil {}
    guard let end = labels.end else { throw labels.fault }
    self.end = end
  }

  /// Its labels, from the left, in the message in which it was found.
  @_lifetime(copy bytes)
  func labels(in bytes: RawSpan) -> DNSLabels { DNSLabels(bytes, at: start) }
}

/// Goes through the labels of a name.
struct DNSLabels: ~Escapable {
  private let bytes: RawSpan
  private var offset: Int
  /// Where the labels began that are being read; a pointer must lead further back.
  private var segment: Int
  private var endInPlace: Int?
  private var length = 0
  private var pointers = 0
  private var isComplete = false
  /// What is wrong with what is no name.
  private(set) var fault = DecodingFault.pastEnd

  /// The most pointers that are followed: a name has no more labels, and each pointer can end one.
  private static let pointerLimit = 127

  /// Begins at an offset of a message.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int) {
    self.bytes = bytes
    self.offset = offset
    segment = offset
  }

  /// Where the name ends in the place where it stands; nil until its last label was read, and for what is no name.
  var end: Int? { isComplete ? endInPlace : nil }

  /// The place of the next label; nil after the last, and where there is none.
  mutating func next() -> Range<Int>? {
    while offset < bytes.byteCount {
      let byte = Int(bytes.byte(offset))
      switch byte {
      case 0:
        endInPlace = endInPlace ?? offset + 1
        isComplete = true
        return nil
      case 1...63:
        let label = offset + 1..<offset + 1 + byte
        length += byte + 1
        // With the root's own byte a name has 255 at most.
        guard length < 255 else { return fail(.longName) }
        guard label.upperBound <= bytes.byteCount else { return nil }
        offset = label.upperBound
        return label
      case 192...:
        guard offset + 2 <= bytes.byteCount else { return nil }
        let target = Int(bytes.network(offset, as: UInt16.self) & 0x3fff)
        pointers += 1
        guard target < segment, pointers <= Self.pointerLimit else { return fail(.badName) }
        endInPlace = endInPlace ?? offset + 2
        offset = target
        segment = target
      default:
        return fail(.badName)
      }
    }
    return nil
  }

  private mutating func fail(_ fault: DecodingFault) -> Range<Int>? {
    self.fault = fault
    return nil
  }
}
