// SPDX-License-Identifier: Apache-2.0

import Policy

/// The head of an HTTP/1 message (RFC 9112 §2.1), seen through the bytes that are lent for it.
///
/// It is checked as a whole when it is made. It copies and allocates nothing; texts are places in its bytes.
struct HTTPHead: ~Escapable {
  let bytes: RawSpan
  /// What it says, by places in its bytes.
  let parts: Parts
  /// The number that it and no other head has; nil when it was not known.
  let number: UInt64?

  /// What a head says, which depends on its bytes alone.
  struct Parts {
    /// The first line.
    let start: HTTPStartLine
    /// Where the fields begin.
    fileprivate let fieldsStart: Int
    /// The place of the value of the first field `Host`.
    let host: Range<Int>?
    /// What `Content-Length` says; nil without it, and when the body comes in chunks.
    let contentLength: Int64?
    /// Whether the body comes in chunks.
    let isChunked: Bool

    fileprivate init(reading bytes: RawSpan) throws(DecodingFault) {
      let first = try HTTPLine(bytes, at: 0)
      start = try HTTPStartLine(bytes, first.text)
      fieldsStart = first.end
      let known = try KnownHTTPFields(HTTPFieldReader(bytes, at: first.end), bytes)
      host = known.host
      isChunked = known.isChunked
      contentLength = known.isChunked ? nil : known.contentLength
    }
  }

  /// The most bytes that a head may have.
  static let limit = 1 << 16

  /// Whether bytes begin as a head does.
  static func isBegun(by bytes: RawSpan) -> Bool {
    let beginning = HTTPBeginning(bytes)
    return beginning.isTold && beginning.blank == 0
  }

  /// Takes bytes that begin with a head; nil when they do not, or when its end is not there.
  @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    do throws(DecodingFault) { try self.init(reading: bytes) } catch { return nil }
  }

  /// Takes bytes that begin with a head.
  @_lifetime(copy bytes)
  init(reading bytes: RawSpan) throws(DecodingFault) {
    let isLonger = bytes.byteCount >= Self.limit
    let bytes = bytes.extracting(first: Self.limit - 1)
    guard Self.isBegun(by: bytes) else { throw .badStartLine }
    do throws(DecodingFault) { parts = try Parts(reading: bytes) } catch {
      throw error == .pastEnd && isLonger ? .tooLong : error
    }
    self.bytes = bytes
    number = nil
  }

  /// Takes bytes that were read before.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ parts: Parts, number: UInt64) {
    self.bytes = bytes
    self.parts = parts
    self.number = number
  }

  /// The first line.
  var start: HTTPStartLine { parts.start }
  /// The place of the value of the first field `Host`.
  var host: Range<Int>? { parts.host }
  /// What `Content-Length` says; nil without it, and when the body comes in chunks.
  var contentLength: Int64? { parts.contentLength }
  /// Whether the body comes in chunks.
  var isChunked: Bool { parts.isChunked }

  /// Its fields as they came.
  var fields: HTTPFieldReader {
    @_lifetime(copy self) get { HTTPFieldReader(bytes, at: parts.fieldsStart) }
  }

  /// Whether it asks; if not, it answers.
  var isRequest: Bool {
    if case .request = start { true } else { false }
  }
}

/// What a head says in those of its fields that events show by themselves.
private struct KnownHTTPFields {
  var host: Range<Int>?
  var contentLength: Int64?
  var isChunked = false

  /// Reads all fields.
  init(_ fields: consuming HTTPFieldReader, _ bytes: RawSpan) throws(DecodingFault) {
    var hasBadLength = false
    while let field = fields.next() {
      let name = bytes.extracting(field.name)
      if name.equals("content-length") {
        let length = bytes.extracting(field.value).wholeNumber
        if length == nil || contentLength ?? length != length { hasBadLength = true }
        contentLength = length
      } else if name.equals("transfer-encoding") {
        isChunked = isChunked || bytes.extracting(field.value).contains("chunked")
      } else if name.equals("host") {
        host = host ?? field.value
      }
    }
    if let fault = fields.fault { throw fault }
    if hasBadLength { throw .badContentLength }
  }
}

/// The first line of a head; its parts are places in the head's bytes.
enum HTTPStartLine {
  case request(method: Range<Int>, target: Range<Int>, version: Range<Int>)
  /// The status is the code, and the reason if there is one.
  case response(version: Range<Int>, status: Range<Int>, code: UInt16)

  /// Reads a line (RFC 9112 §3, §4).
  init(_ bytes: RawSpan, _ line: Range<Int>) throws(DecodingFault) {
    guard let first = bytes.offset(of: UInt8(ascii: " "), in: line) else { throw .badStartLine }
    let head = line.lowerBound..<first
    let rest = first + 1..<line.upperBound
    if Self.isVersion(bytes, head) {
      guard rest.count >= 3,
        let code = bytes.extracting(rest.lowerBound..<rest.lowerBound + 3).wholeNumber, code >= 100,
        rest.count == 3 || bytes.byte(rest.lowerBound + 3) == UInt8(ascii: " ")
      else { throw .badStartLine }
      let isBare = rest.count <= 4
      self = .response(
        version: head, status: rest.lowerBound..<rest.lowerBound + (isBare ? 3 : rest.count),
        code: UInt16(code))
    } else {
      guard bytes.token(in: head) == head, !head.isEmpty,
        let second = bytes.offset(of: UInt8(ascii: " "), in: rest), second > rest.lowerBound,
        Self.isVersion(bytes, second + 1..<rest.upperBound)
      else { throw .badStartLine }
      self = .request(
        method: head, target: rest.lowerBound..<second, version: second + 1..<rest.upperBound)
    }
  }

  private static func isVersion(_ bytes: RawSpan, _ place: Range<Int>) -> Bool {
    place.count == 8 && bytes.extracting(place).begins(with: "HTTP/1.")
      && (0x30...0x39).contains(bytes.byte(place.upperBound - 1))
  }
}
