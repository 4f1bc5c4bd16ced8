// SPDX-License-Identifier: Apache-2.0

/// How long the body behind a head is, as a tolerant reader of the head finds (RFC 9112 §6.3).
///
/// Heads that give no event are read too: what follows them does.
struct HTTPFraming: Equatable {
  /// What begins the message.
  enum Start: Equatable {
    case request(HTTPQuestion)
    /// A response with a status; 0 when it is no number.
    case response(Int)
  }

  /// Where the body ends, as far as the head says.
  enum Body: Equatable {
    case length(UInt64)
    case chunked
    /// Where the connection ends, or there is none: the head says nothing.
    case unsaid
    /// The head contradicts itself, or says what nobody can follow.
    case unknown
  }

  let start: Start
  let body: Body

  init(start: Start, body: Body) {
    self.start = start
    self.body = body
  }

  /// Reads a whole head.
  init(_ head: RawSpan) {
    start = Start(head)
    var length = HTTPLength()
    var coding = HTTPCoding()
    var offset = head.endOfLine(at: 0)
    while offset < head.byteCount {
      var end = head.endOfLine(at: offset)
      switch head.byte(offset) | 0x20 {
      case UInt8(ascii: "c"), UInt8(ascii: "t"):
        // Values go on in lines that begin with a blank.
        while end < head.byteCount, head.isBlank(end) { end = head.endOfLine(at: end) }
        if let value = head.value(of: "content-length", in: offset..<end) {
          length.add(head, value)
        } else if let value = head.value(of: "transfer-encoding", in: offset..<end) {
          coding.add(head, value)
        }
      default: break
      }
      offset = end
    }
    body =
      if coding.isChunked {
        .chunked
      } else if coding.isCoded {
        start.isRequest ? .unknown : .unsaid
      } else if length.isBad || length.differs {
        .unknown
      } else {
        length.value.map { Body.length(UInt64($0)) } ?? .unsaid
      }
  }
}

/// What a request asks for, as far as it decides what follows its answer's head.
enum HTTPQuestion: UInt8 {
  case other = 0
  /// HEAD: the answer has no body, whatever its head says.
  case head = 1
  /// CONNECT: what follows an answer of success is no HTTP.
  case connect = 2
}

extension HTTPFraming.Start {
  fileprivate init(_ head: RawSpan) {
    if head.begins(with: "HTTP/1.") {
      var digits = 9
      while digits < head.byteCount, head.isBlank(digits) { digits += 1 }
      let code = head.extracting(droppingFirst: digits).extracting(first: 3).wholeNumber
      self = .response(Int(code ?? 0))
    } else if head.begins(with: "HEAD") && head.byteCount > 4 && head.isBlank(4) {
      self = .request(.head)
    } else if head.begins(with: "CONNECT") && head.byteCount > 7 && head.isBlank(7) {
      self = .request(.connect)
    } else {
      self = .request(.other)
    }
  }

  fileprivate var isRequest: Bool {
    if case .request = self { true } else { false }
  }
}

extension RawSpan {
  /// Where the line after the one at an offset begins.
  fileprivate func endOfLine(at offset: Int) -> Int {
    self.offset(of: UInt8(ascii: "\n"), in: offset..<byteCount).map { $0 + 1 } ?? byteCount
  }

  /// The value of a field when it has a name, which may have blanks behind it.
  fileprivate func value(of name: StaticString, in line: Range<Int>) -> Range<Int>? {
    let end = line.lowerBound + name.utf8CodeUnitCount
    guard end < line.upperBound, extracting(line.lowerBound..<end).equals(name) else { return nil }
    var colon = end
    while colon < line.upperBound, isBlank(colon) { colon += 1 }
    guard colon < line.upperBound, byte(colon) == UInt8(ascii: ":") else { return nil }
    return colon + 1..<line.upperBound
  }
}
