/// What the target of a request names (RFC 9112 §3.2); its parts are places in the head's bytes.
struct HTTPTarget {
  /// The authority, when the target has one: it is then the host, whatever the field `Host` says.
  let authority: Range<Int>?
  /// The path, without the query.
  let path: Range<Int>

  /// Takes a request's target apart.
  init(_ bytes: RawSpan, _ target: Range<Int>, method: Range<Int>) {
    if bytes.extracting(method).equals("connect") {
      authority = target
      path = target.upperBound..<target.upperBound
      return
    }
    var rest = target
    var authority: Range<Int>?
    if bytes.byte(target.lowerBound) != UInt8(ascii: "/"),
      let colon = bytes.offset(of: UInt8(ascii: ":"), in: target),
      bytes.extracting(colon..<target.upperBound).begins(with: "://")
    {
      let start = colon + 3
      let end = Self.end(of: start..<target.upperBound, before: "/?#", bytes)
      authority = start..<end
      rest = end..<target.upperBound
    }
    self.authority = authority
    path = rest.lowerBound..<Self.end(of: rest, before: "?#", bytes)
  }

  private static func end(
    of range: Range<Int>, before delimiters: StaticString, _ bytes: RawSpan
  ) -> Int {
    delimiters.withUTF8Buffer { delimiters in
      for offset in range {
        for index in delimiters.indices where unsafe delimiters[index] == bytes.byte(offset) {
          return offset
        }
      }
      return range.upperBound
    }
  }
}
