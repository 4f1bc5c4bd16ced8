// SPDX-License-Identifier: Apache-2.0

import Policy

/// What a policy can ask about a head, by the catalog's names.
extension FieldValues {
  /// Adds the fields of the events that the head gives.
  mutating func add(_ head: borrowing HTTPHead) {
    add("proto_http.direction", !head.isRequest)
    let own = head.isRequest ? "http_request." : "http_response."
    for path in ["proto_http.", own] {
      switch head.start {
      case .request(let method, let target, let version):
        let parts = HTTPTarget(head.bytes, target, method: method)
        var decoded = LineBuffer(capacity: 256)
        decoded.append(percentDecoding: head.bytes.extracting(parts.path))
        add(path + "method", head.bytes.extracting(method).repairedText)
        add(path + "protocol", head.bytes.extracting(version).repairedText)
        add(path + "uri_path", decoded.bytes.repairedText)
        let host = parts.authority ?? head.host
        add(path + "host", host.map { head.bytes.extracting($0).repairedText } ?? "")
      case .response(let version, let status, let code):
        add(path + "protocol", head.bytes.extracting(version).repairedText)
        add(path + "status", head.bytes.extracting(status).repairedText)
        add(path + "status_code", code)
      }
      let fields = SortedHTTPFields(head)
      for rank in 0..<fields.count { add(fields[rank], path + "headers", head) }
      add(path + "content_length", .signed(head.shownContentLength))
    }
  }

  private mutating func add(
    _ field: HTTPField, _ path: String, _ head: borrowing HTTPHead
  ) {
    let name = head.bytes.extracting(field.name)
    if head.isRequest, !head.hasSeveralHosts, name.equals("host") { return }
    var line = LineBuffer(capacity: 256)
    for offset in 0..<name.byteCount { line.append(name.canonicalByte(offset)) }
    let canonical = line.bytes.repairedText
    var value = LineBuffer(capacity: 256)
    value.append(unfolding: head.bytes.extracting(field.value))
    add(path, .member(canonical, value.bytes.repairedText))
  }
}
