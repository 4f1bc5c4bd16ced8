// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// What holds for the head of any HTTP message.
final class HeadClaims {
  private var line = LineBuffer()
  private var copied = LineBuffer()
  private var scratch = LineBuffer()

  /// Claims that a head is read the same wherever it is, that its parts are in it, and that its end is found where it is,
  /// at once or in steps.
  ///
  /// - Returns: whether bytes begin with a head.
  func check(_ bytes: RawSpan) -> Bool {
    checkFraming(of: bytes)
    guard let head = HTTPHead(bytes) else {
      withCopy(of: bytes) { claim(HTTPHead($0) == nil, "it does not matter where bytes are") }
      return false
    }
    claim(HTTPHead.isBegun(by: bytes), "a head begins as heads do")
    Self.write(head, to: &line, &scratch)
    withCopy(of: bytes) { copy in
      guard let head = HTTPHead(copy) else { fatalError("it matters where a head is") }
      Self.write(head, to: &copied, &scratch)
    }
    claim(Self.isSame(line, copied), "it does not matter where a head is")
    checkParts(of: head)
    return true
  }

  private static func isSame(_ one: borrowing LineBuffer, _ other: borrowing LineBuffer) -> Bool {
    one.bytes.equals(other.bytes)
  }

  private static func write(
    _ head: borrowing HTTPHead, to line: inout LineBuffer, _ scratch: inout LineBuffer
  ) {
    line.truncate(to: 0)
    line.append("[")
    line.append(head, scratch: &scratch)
    line.append(",")
    if head.isRequest {
      line.append(request: head, scratch: &scratch)
    } else {
      line.append(response: head)
    }
    line.append("]")
    checkJSON(line)
  }

  private static func checkJSON(_ line: borrowing LineBuffer) {
    let bytes = line.bytes
    claim(JSONScan.isValue(bytes), "JSON: \(bytes.shownText)")
  }

  private func checkParts(of head: borrowing HTTPHead) {
    let bytes = head.bytes
    switch head.start {
    case .request(let method, let target, let version):
      claim(bytes.token(in: method) == method && !method.isEmpty, "a method is a token")
      claim(
        method.upperBound < target.lowerBound && target.upperBound < version.lowerBound,
        "the parts of a line are in order")
      let parts = HTTPTarget(bytes, target, method: method)
      claim(
        parts.path.lowerBound >= target.lowerBound && parts.path.upperBound <= target.upperBound,
        "a path is in its target")
      if let authority = parts.authority {
        claim(
          authority.lowerBound >= target.lowerBound && authority.upperBound <= target.upperBound,
          "an authority is in its target")
      }
    case .response(let version, let status, let code):
      claim(version.upperBound < status.lowerBound, "the parts of a line are in order")
      claim((100...999).contains(code), "a status has three digits")
    }
    claim(!head.isChunked || head.contentLength == nil, "a body has one length at most")
    let fields = SortedHTTPFields(head)
    for rank in 0..<fields.count {
      let field = fields[rank]
      claim(
        bytes.token(in: field.name) == field.name && !field.name.isEmpty, "a name is a token")
      claim(
        field.name.upperBound < field.value.lowerBound
          && field.value.upperBound <= bytes.byteCount, "a value is after its name")
      guard rank > 0 else { continue }
      let (one, other) = (fields[rank - 1].name, field.name)
      claim(
        !bytes.extracting(other).precedes(bytes.extracting(one)), "fields are in order")
      if !bytes.extracting(one).precedes(bytes.extracting(other)) {
        claim(one.lowerBound < other.lowerBound, "fields of one name stay as they came")
      }
    }
  }

  /// Claims that reassembly sees the same head as whoever gets the bytes at once.
  private func checkFraming(of bytes: RawSpan) {
    // Some clients send an empty line after a request; it belongs to no message.
    let blank = HTTPBeginning(bytes).blank
    claim((0...HTTPBeginning.blankLimit).contains(blank), "few bytes are passed over")
    for offset in 0..<blank {
      claim([10, 13].contains(bytes.byte(offset)), "only ends of lines are passed over")
    }
    let isHead = HTTPHead(bytes.extracting(droppingFirst: blank)) != nil
    let found = StreamFraming.http.find(in: bytes)
    switch found {
    case .whole(let place, let next):
      claim(
        place.lowerBound == blank && place.upperBound <= bytes.byteCount, "a head is in its bytes")
      claim(next ?? place.upperBound >= place.upperBound, "the next message is after the head")
      claim((HTTPHead(bytes.extracting(place)) != nil) == isHead, "what follows does not matter")
    case .begun, .nothing, .tooLong:
      claim(!isHead, "a head whose end is there is whole")
    }
    let half = bytes.extracting(first: bytes.byteCount / 2)
    if case .begun(let scanned) = StreamFraming.http.find(in: half) {
      claim(scanned <= half.byteCount, "only what is there is passed over")
      claim(
        StreamFraming.http.find(in: bytes, scanned: scanned) == found,
        "an end is found where it is, from wherever it is looked for")
    }
  }
}
