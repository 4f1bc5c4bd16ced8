// SPDX-License-Identifier: Apache-2.0

/// Where in its messages a direction of a connection is.
struct HTTPPosition: Equatable {
  /// What the next byte is.
  enum State: Equatable {
    /// The first of a head, or of empty lines before it.
    case start
    /// One of a body of which so many bytes are left.
    case body(UInt64)
    /// One of a chunk of which so many bytes are left (RFC 9112 §7.1).
    case chunk(UInt64)
    /// One of the end of the line behind a chunk.
    case chunkEnd
    /// One of the line that says how long a chunk is.
    case chunkSize
    /// One of the fields behind the last chunk, or of the empty line that ends them.
    case trailer
    /// No head begins any more: a body ends with the connection, or this is no HTTP any more.
    case untilEnd
    /// It is not known: a head is looked for where segments begin.
    case unknown
  }

  private(set) var state: State
  /// The chunk's length as far as it was read.
  private var size: UInt64 = 0
  private var line = Line.empty

  /// What was read of a line.
  private enum Line {
    case empty
    case digits
    case other
    /// Nothing but CR.
    case isReturned
  }

  /// Takes what the next byte is.
  init(_ state: State) { self.state = state }

  /// Whether nothing was read yet of the line that the next byte belongs to, if it belongs to one.
  var isAtStartOfLine: Bool { line == .empty && size == 0 }

  /// Goes on to the body that a head says, and to what follows it.
  mutating func enter(_ state: State) { self = HTTPPosition(state) }

  /// The bytes that are left of a body or chunk; nil when the next byte is of none.
  var left: UInt64? {
    switch state {
    case .body(let left), .chunk(let left): left
    default: nil
    }
  }

  /// Whether so many bytes, whatever they are, are all of one body or chunk, or behind the last head.
  func holds(_ count: UInt64) -> Bool {
    switch state {
    case .body(let left), .chunk(let left): count <= left
    case .untilEnd: true
    default: false
    }
  }

  /// Passes bytes that it holds, which need not be there.
  mutating func pass(_ count: UInt64) {
    switch state {
    case .body(let left): enter(left > count ? .body(left - count) : .start)
    case .chunk(let left): enter(left > count ? .chunk(left - count) : .chunkEnd)
    default: break
    }
  }

  /// Passes bytes from an offset on that belong to no head.
  ///
  /// - Returns: where a head may begin, or where it is not known any more; else the end of the bytes.
  mutating func skip(_ bytes: RawSpan, from offset: Int) -> Int {
    var offset = offset
    while offset < bytes.byteCount {
      switch state {
      case .start, .unknown: return offset
      case .untilEnd: return bytes.byteCount
      case .body(let left), .chunk(let left):
        let count = min(left, UInt64(bytes.byteCount - offset))
        pass(count)
        offset += Int(count)
      case .chunkSize:
        takeSize(bytes.byte(offset))
        offset += 1
      case .chunkEnd:
        takeEnd(bytes.byte(offset))
        offset += 1
      case .trailer:
        takeTrailer(bytes.byte(offset))
        offset += 1
      }
    }
    return offset
  }

  private mutating func takeSize(_ byte: UInt8) {
    if byte == UInt8(ascii: "\n"), line != .empty {
      enter(size == 0 ? .trailer : .chunk(size))
      return
    }
    guard line != .other else { return }
    if let digit = byte.hexadecimalValue {
      guard size < 1 << 59 else { return enter(.unknown) }
      size = size << 4 | UInt64(digit)
      line = .digits
    } else if line == .digits, byte.followsSize {
      line = .other
    } else {
      enter(.unknown)
    }
  }

  private mutating func takeEnd(_ byte: UInt8) {
    switch (byte, line) {
    case (UInt8(ascii: "\n"), _): enter(.chunkSize)
    case (UInt8(ascii: "\r"), .empty): line = .isReturned
    default: enter(.unknown)
    }
  }

  private mutating func takeTrailer(_ byte: UInt8) {
    switch (byte, line) {
    case (UInt8(ascii: "\n"), .other): line = .empty
    case (UInt8(ascii: "\n"), _): enter(.start)
    case (UInt8(ascii: "\r"), .empty): line = .isReturned
    default: line = .other
    }
  }
}

extension UInt8 {
  /// Whether it may follow the digits of a chunk's length: a blank, CR, or what begins an extension.
  fileprivate var followsSize: Bool {
    switch self {
    case UInt8(ascii: ";"), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): true
    default: false
    }
  }
}
