// SPDX-License-Identifier: Apache-2.0

/// How a head of HTTP/1 begins in bytes, if one does.
///
/// Empty lines may stand before a request (RFC 9112 §2.2): any of CR and LF, up to ``blankLimit`` of them, as servers skip them.
/// The rules are those of `http_of` in `content.h`.
struct HTTPBeginning: Equatable {
  /// The bytes of empty lines before it.
  let blank: Int
  /// What it is, or may be.
  let sort: PacketContent.HTTP
  /// Whether the bytes tell that it is one; else they are fewer than tell it, and so far like one.
  let isTold: Bool

  /// The most bytes of empty lines that are skipped.
  static let blankLimit = 16

  /// Looks at bytes, which may be none.
  init(_ bytes: RawSpan) {
    var blank = 0
    while blank < min(bytes.byteCount, Self.blankLimit), bytes.isEndOfLine(blank) { blank += 1 }
    self.blank = blank
    let text = bytes.extracting(droppingFirst: blank)
    if text.begins(with: Self.answer) {
      isTold = blank == 0
      sort = blank == 0 ? .response : .none
      return
    }
    for index in Self.methods.indices where text.begins(with: Self.methods[index]) {
      (isTold, sort) = (true, .request)
      return
    }
    isTold = false
    guard (1..<8).contains(text.byteCount) else {
      sort = .none
      return
    }
    var mayAsk = false
    for index in Self.methods.indices where text.isStart(of: Self.methods[index]) { mayAsk = true }
    let mayAnswer = blank == 0 && text.isStart(of: Self.answer)
    sort = mayAsk ? (mayAnswer ? .unknown : .request) : (mayAnswer ? .response : .none)
  }

  private static let answer: StaticString = "HTTP/1."

  /// The methods of RFC 9110 §9.3 and RFC 5789, each with the space that follows it.
  private static let methods: [StaticString] = [
    "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH ",
  ]
}

extension RawSpan {
  fileprivate func isEndOfLine(_ offset: Int) -> Bool {
    byte(offset) == UInt8(ascii: "\r") || byte(offset) == UInt8(ascii: "\n")
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
