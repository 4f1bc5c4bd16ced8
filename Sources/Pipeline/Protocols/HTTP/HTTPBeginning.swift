// SPDX-License-Identifier: Apache-2.0

/// How a head of HTTP/1 begins in bytes, if one does.
///
/// Empty lines may stand before it (RFC 9112 §2.2): any of CR and LF, up to ``blankLimit`` of them where it is not certain that
/// a head begins, as servers skip them.
struct HTTPBeginning: Equatable {
  /// The bytes of empty lines before it.
  let blank: Int
  /// What it is, or may be; none where no head begins.
  let roles: MessageRoles
  /// Whether the bytes tell that it is one; else they are fewer than tell it, and so far like one.
  let isTold: Bool

  /// The most bytes of empty lines that are skipped.
  static let blankLimit = 16

  /// Looks at bytes, which may be none.
  ///
  /// - Parameter isCertain: whether nothing else than a head can begin here. Then a request may have any method, when its line
  ///   ends in a version.
  init(_ bytes: RawSpan, isCertain: Bool = false) {
    var blank = 0
    while blank < min(bytes.byteCount, Self.blankLimit), bytes.isEndOfLine(blank) { blank += 1 }
    self.blank = blank
    let text = bytes.extracting(droppingFirst: blank)
    if text.begins(with: Self.answer) {
      isTold = isCertain || blank == 0
      roles = isTold ? .response : []
      return
    }
    for index in Self.methods.indices where text.begins(with: Self.methods[index]) {
      (isTold, roles) = (true, .request)
      return
    }
    if isCertain, text.byteCount > 0, !text.isStart(of: Self.answer) {
      let line = text.beginsRequest
      isTold = line == true
      roles = line == false ? [] : .request
      return
    }
    isTold = false
    guard (1..<8).contains(text.byteCount) else {
      roles = []
      return
    }
    var mayAsk = isCertain
    for index in Self.methods.indices where text.isStart(of: Self.methods[index]) { mayAsk = true }
    let mayAnswer = (isCertain || blank == 0) && text.isStart(of: Self.answer)
    roles = mayAsk ? (mayAnswer ? .unknown : .request) : (mayAnswer ? .response : [])
  }

  private static let answer: StaticString = "HTTP/1."

  /// The methods of RFC 9110 §9.3 and RFC 5789, each with the space that follows it.
  private static let methods: [StaticString] = [
    "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH ",
  ]
}

extension RawSpan {
  /// Whether the first line is that of a request with any method, for a path, for `*`, or for an address of HTTP; nil when its end
  /// is not there.
  fileprivate var beginsRequest: Bool? {
    let method = token(in: 0..<Swift.min(byteCount, 33))
    guard (1...32).contains(method.count) else { return false }
    guard method.upperBound < byteCount else { return nil }
    guard isBlank(method.upperBound) else { return false }
    var target = method.upperBound
    while target < byteCount, isBlank(target) { target += 1 }
    guard target < byteCount else { return nil }
    switch byte(target) {
    case UInt8(ascii: "/"), UInt8(ascii: "*"), UInt8(ascii: "h"), UInt8(ascii: "H"): break
    default: return false
    }
    guard let newline = offset(of: UInt8(ascii: "\n"), in: 0..<byteCount) else { return nil }
    var end = newline
    while end > 0, isBlank(end - 1) || byte(end - 1) == UInt8(ascii: "\r") { end -= 1 }
    return end > method.upperBound + 9 && HTTPStartLine.isVersion(self, end - 8..<end)
  }

  /// Whether a text begins with these bytes, which are not all of it.
  fileprivate func isStart(of text: StaticString) -> Bool {
    guard byteCount < text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { text in
      for offset in 0..<byteCount where unsafe byte(offset) != text[offset] { return false }
      return true
    }
  }
}
