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

  /// What a head says, which depends on its bytes alone; it is small, for it is copied.
  struct Parts {
    /// The first three places of the first line.
    private let places: (BytePlace, BytePlace, BytePlace)
    /// The code of a response; 0 of a request.
    private let code: UInt16
    /// Where the fields begin.
    fileprivate let fieldsStart: UInt16
    fileprivate let host: BytePlace?
    fileprivate let hasSeveralHosts: Bool
    fileprivate let isChunked: Bool
    fileprivate let contentLength: Int64?

    fileprivate init(reading bytes: RawSpan) throws(DecodingFault) {
      let first = try HTTPLine(bytes, at: 0)
      let start = try HTTPStartLine(bytes, first.text)
      switch start {
      case .request(let method, let target, let version):
        places = (BytePlace(method), BytePlace(target), BytePlace(version))
        code = 0
      case .response(let version, let status, let code):
        places = (BytePlace(version), BytePlace(status), BytePlace(0..<0))
        self.code = code
      }
      fieldsStart = UInt16(first.end)
      let known = try KnownHTTPFields(
        HTTPFieldReader(bytes, at: first.end, ofResponse: start.isResponse), bytes)
      host = known.host.map(BytePlace.init)
      hasSeveralHosts = known.hosts > 1
      isChunked = known.coding.isChunked
      contentLength = isChunked ? nil : known.length.value
    }

    fileprivate var isRequest: Bool { code == 0 }

    fileprivate var start: HTTPStartLine {
      isRequest
        ? .request(method: places.0.range, target: places.1.range, version: places.2.range)
        : .response(version: places.0.range, status: places.1.range, code: code)
    }
  }

  /// A place in a head.
  fileprivate struct BytePlace {
    private let start, end: UInt16

    init(_ range: Range<Int>) {
      start = UInt16(range.lowerBound)
      end = UInt16(range.upperBound)
    }

    var range: Range<Int> { Int(start)..<Int(end) }
  }

  /// The most bytes that a head may have.
  static let limit = 1 << 16

  /// Whether bytes begin as a head does.
  static func isBegun(by bytes: RawSpan) -> Bool {
    let beginning = HTTPBeginning(bytes, isCertain: true)
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
  var host: Range<Int>? { parts.host?.range }
  /// Whether there is more than one field `Host`; the first is the host that events show, and all are among the headers.
  var hasSeveralHosts: Bool { parts.hasSeveralHosts }
  /// What `Content-Length` says; nil without it, and when the body comes in chunks.
  var contentLength: Int64? { parts.contentLength }
  /// Whether the body comes in chunks.
  var isChunked: Bool { parts.isChunked }

  /// Its fields as they came.
  var fields: HTTPFieldReader {
    @_lifetime(copy self) get {
      HTTPFieldReader(bytes, at: Int(parts.fieldsStart), ofResponse: !isRequest)
    }
  }

  /// Whether it asks; if not, it answers.
  var isRequest: Bool { parts.isRequest }
}

/// What a head says in those of its fields that events show by themselves.
private struct KnownHTTPFields {
  var host: Range<Int>?
  var hosts = 0
  var length = HTTPLength()
  var coding = HTTPCoding()

  /// Reads all fields.
  init(_ fields: consuming HTTPFieldReader, _ bytes: RawSpan) throws(DecodingFault) {
    while let field = fields.next() {
      let name = bytes.extracting(field.name)
      if name.equals("content-length") {
        length.add(bytes, field.value)
      } else if name.equals("transfer-encoding") {
        coding.add(bytes, field.value)
      } else if name.equals("host") {
        host = host ?? field.value
        hosts += 1
      }
    }
    if let fault = fields.fault { throw fault }
    if length.isBad { throw .badContentLength }
    if length.differs { throw .differentLengths }
  }
}

/// The first line of a head; its parts are places in the head's bytes.
enum HTTPStartLine {
  case request(method: Range<Int>, target: Range<Int>, version: Range<Int>)
  /// The status is the code, and the reason if there is one.
  case response(version: Range<Int>, status: Range<Int>, code: UInt16)

  /// Reads a line (RFC 9112 §3, §4).
  ///
  /// Its parts may be separated by several blanks, and a target may have blanks in it.
  init(_ bytes: RawSpan, _ line: Range<Int>) throws(DecodingFault) {
    let line = bytes.trimmed(line)
    guard let first = bytes.blank(in: line), first > line.lowerBound else { throw .badStartLine }
    let head = line.lowerBound..<first
    let rest = bytes.trimmed(first..<line.upperBound)
    if Self.isVersion(bytes, head) {
      guard rest.count >= 3,
        let code = bytes.extracting(rest.lowerBound..<rest.lowerBound + 3).wholeNumber, code >= 100,
        rest.count == 3 || bytes.isBlank(rest.lowerBound + 3)
      else { throw .badStartLine }
      self = .response(version: head, status: rest, code: UInt16(code))
    } else {
      guard bytes.token(in: head) == head, rest.count > 8 else { throw .badStartLine }
      let version = rest.upperBound - 8..<rest.upperBound
      let target = bytes.trimmed(rest.lowerBound..<version.lowerBound)
      guard Self.isVersion(bytes, version), !target.isEmpty,
        target.upperBound < version.lowerBound
      else { throw .badStartLine }
      self = .request(method: head, target: target, version: version)
    }
  }

  /// Whether it begins a response.
  var isResponse: Bool {
    if case .response = self { true } else { false }
  }

  /// Whether a place is the version of HTTP/1.
  static func isVersion(_ bytes: RawSpan, _ place: Range<Int>) -> Bool {
    place.count == 8 && bytes.extracting(place).begins(with: "HTTP/1.")
      && (0x30...0x39).contains(bytes.byte(place.upperBound - 1))
  }
}
