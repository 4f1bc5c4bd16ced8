// SPDX-License-Identifier: Apache-2.0

/// What the target of a request names (RFC 9112 §3.2); its parts are places in the head's bytes.
struct HTTPTarget {
  /// The authority, when the target has one: it is then the host, whatever the field `Host` says.
  let authority: Range<Int>?
  /// The path, without the query.
  let path: Range<Int>

  /// Takes a request's target apart.
  init(_ bytes: RawSpan, _ target: Range<Int>, method: Range<Int>) {
    if bytes.extracting(method).equals("connect"),
      bytes.byte(target.lowerBound) != UInt8(ascii: "/")
    {
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
      var start = colon + 3
      let afterScheme = start..<target.upperBound
      let end =
        bytes.offset(in: afterScheme) { $0.bytes(equalTo: UInt8(ascii: "/")) | $0.endsOfPath }
        ?? target.upperBound
      // A user's name and password are no part of the host (RFC 9110 §4.2.4).
      while let mark = bytes.offset(of: UInt8(ascii: "@"), in: start..<end) { start = mark + 1 }
      authority = start..<end
      rest = end..<target.upperBound
    }
    self.authority = authority
    let end = bytes.offset(in: rest, where: \.endsOfPath) ?? rest.upperBound
    path = rest.lowerBound..<end
  }
}

extension UInt64 {
  /// The bytes that begin a query or a fragment.
  @inline(__always)
  fileprivate var endsOfPath: UInt64 {
    bytes(equalTo: UInt8(ascii: "?")) | bytes(equalTo: UInt8(ascii: "#"))
  }
}
