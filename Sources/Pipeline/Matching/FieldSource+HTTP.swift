// SPDX-License-Identifier: Apache-2.0

import Policy

extension HTTPHead {
  /// Lends a part of the head; nothing when it has no such part.
  func lend(
    _ member: FieldSource.HTTPMember, _ lender: inout FieldLender,
    _ body: (LentValue) -> Void
  ) {
    switch (member, start) {
    case (.direction, _): body(.number(isRequest ? 0 : 1))
    case (.method, .request(let place, _, _)), (.version, .request(_, _, let place)),
      (.version, .response(let place, _, _)), (.status, .response(_, let place, _)):
      lender.lend(bytes.extracting(place)) { body(.text($0)) }
    case (.statusCode, .response(_, _, let code)): body(.number(UInt64(code)))
    case (.path, .request(let method, let target, _)):
      let path = HTTPTarget(bytes, target, method: method).path
      lender.lend(
        { $0.append(percentDecoding: bytes.extracting(path)) }, { body(.text($0)) })
    case (.host, .request(let method, let target, _)):
      let place = HTTPTarget(bytes, target, method: method).authority ?? host ?? 0..<0
      lender.lend(bytes.extracting(place)) { body(.name($0)) }
    case (.headers, _): lendFields(&lender, body)
    case (.contentLength, _): body(.number(FieldValue.biased(shownContentLength)))
    default: break
    }
  }

  /// Lends each field; of a request without `Host`, which has a member of its own.
  private func lendFields(_ lender: inout FieldLender, _ body: (LentValue) -> Void) {
    var fields = fields
    while let field = fields.next() {
      let name = bytes.extracting(field.name)
      if isRequest, !hasSeveralHosts, name.equals("host") { continue }
      let value = bytes.extracting(field.value)
      if value.offset(of: UInt8(ascii: "\n"), in: 0..<value.byteCount) == nil {
        lender.lend(value) { body(.member(name: name, $0)) }
      } else {
        lender.lend({ $0.append(unfolding: value) }, { body(.member(name: name, $0)) })
      }
    }
  }
}
