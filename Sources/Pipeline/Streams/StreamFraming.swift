// SPDX-License-Identifier: Apache-2.0

/// Where the messages of a stream begin and end.
enum StreamFraming {
  /// Each message has its length before it, in two bytes (RFC 1035 §4.2.2).
  case dns
  /// A head begins where the body before it ends, which ``HTTPPosition`` follows, and ends with an empty line.
  case http

  /// What the bytes at a place where a message may begin are.
  enum Finding: Equatable {
    /// No message begins here.
    case nothing
    /// A message begins and its end is not there; no end is before `scanned`.
    case begun(scanned: Int)
    /// A message; nil for `next`: where the next one begins is not known, or nothing follows.
    case whole(Range<Int>, next: Int?)
    /// A message begins, at a place, that is longer than any may be.
    case tooLong(Int)
  }

  /// Looks at bytes.
  ///
  /// - Parameters:
  ///   - scanned: no end of a message is before this place.
  ///   - isAligned: of DNS, whether a message surely begins here, so that what is none has its length before it too.
  ///   - isCertain: of HTTP, whether nothing else than a head can begin here.
  func find(
    in bytes: RawSpan, scanned: Int = 0, isAligned: Bool = false, isCertain: Bool = true
  ) -> Finding {
    switch self {
    case .dns: dns(bytes, isAligned: isAligned)
    case .http: http(bytes, scanned, isCertain)
    }
  }

  /// Whether bytes that are not known to follow others begin a message.
  func surelyBegins(_ bytes: RawSpan) -> Bool {
    // Of bytes that have no question nearly all are a message.
    guard self == .dns, case .whole(let place, _?) = dns(bytes, isAligned: false) else {
      return false
    }
    return bytes.network(place.lowerBound + 4, as: UInt16.self) > 0
  }

  /// Whether bytes that are not known to follow others are messages, and no other message begins in them.
  func surelyIsWhole(_ bytes: RawSpan) -> Bool {
    var isAligned = false
    return surelyBegins(bytes) && cut(bytes, &isAligned) { _, _ in } == nil
  }

  /// Whether bytes of HTTP that are not known to follow others are one head and nothing else.
  func isOneHead(_ bytes: RawSpan) -> Bool {
    guard case .whole(let head, _) = find(in: bytes, isCertain: false) else { return false }
    return head.upperBound == bytes.byteCount
  }

  /// Gives `body` the messages that bytes begin with, and whether each is too long to be one.
  ///
  /// - Parameters:
  ///   - scanned: no end of the first message is before this place.
  ///   - isAligned: whether a message surely begins where the bytes do, and then where they end or the rest begins.
  /// - Returns: where a message begins whose end is not there, and how much of it cannot hold the end.
  @inline(__always)
  func cut(
    _ bytes: RawSpan, scanned: Int = 0, _ isAligned: inout Bool,
    _ body: (RawSpan, _ isTooLong: Bool) -> Void
  ) -> (start: Int, scanned: Int)? {
    var start = 0
    var scanned = scanned
    while start < bytes.byteCount {
      let rest = bytes.extracting(droppingFirst: start)
      switch find(in: rest, scanned: scanned, isAligned: isAligned) {
      case .nothing: return nil
      case .tooLong(let place):
        body(rest.extracting(droppingFirst: place), true)
        return nil
      case .begun(let scanned): return (start, scanned)
      case .whole(let message, let next):
        body(rest.extracting(message), false)
        // Of bytes that have no question nearly all are a message.
        if !isAligned, self == .dns, next != nil {
          isAligned = rest.network(message.lowerBound + 4, as: UInt16.self) > 0
        }
        guard let next, next <= rest.byteCount else { return nil }
        start += next
        scanned = 0
      }
    }
    return nil
  }

  /// Whether bytes that may begin a message, but need not, are too few to tell that they do.
  func isDoubtful(_ bytes: RawSpan) -> Bool {
    self == .http && bytes.byteCount < HTTPBeginning.blankLimit + 8 && !HTTPBeginning(bytes).isTold
  }

  private func dns(_ bytes: RawSpan, isAligned: Bool) -> Finding {
    guard bytes.byteCount >= 2 else { return .begun(scanned: 0) }
    let end = 2 + Int(bytes.network(0, as: UInt16.self))
    // No message is shorter than its header: somewhere in a stream such a length is none.
    if end < 2 + 12, !isAligned {
      let last = min(end, bytes.byteCount)
      return .whole(last == 2 ? 0..<2 : 2..<last, next: nil)
    }
    guard end <= bytes.byteCount else { return .begun(scanned: 0) }
    if end == 2 { return .whole(0..<2, next: end) }
    let isMessage = isAligned || DNSMessage(bytes.extracting(2..<end)) != nil
    return .whole(2..<end, next: isMessage ? end : nil)
  }

  private func http(_ bytes: RawSpan, _ scanned: Int, _ isCertain: Bool) -> Finding {
    let beginning = HTTPBeginning(bytes, isCertain: isCertain)
    let start = beginning.blank
    let limit = min(bytes.byteCount, start + HTTPHead.limit - 1)
    guard beginning.isTold else {
      if beginning.roles.isEmpty { return .nothing }
      return limit < bytes.byteCount ? .tooLong(start) : .begun(scanned: 0)
    }
    // The end of the empty line can be one or two bytes after the end of the line before it.
    var offset = max(start, scanned - 2)
    while let newline = bytes.offset(of: UInt8(ascii: "\n"), in: offset..<limit) {
      var next = newline + 1
      if next < limit, bytes.byte(next) == UInt8(ascii: "\r") { next += 1 }
      if next < limit, bytes.byte(next) == UInt8(ascii: "\n") {
        return .whole(start..<next + 1, next: next + 1)
      }
      offset = newline + 1
    }
    return limit < bytes.byteCount ? .tooLong(start) : .begun(scanned: limit)
  }
}
