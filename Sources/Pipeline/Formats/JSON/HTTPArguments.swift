// SPDX-License-Identifier: Apache-2.0

/// The values of the args that tell of HTTP. Source: `docs/events.md`.
///
/// The scratch buffer holds a decoded path for a moment; what it held before is lost.
extension LineBuffer {
  /// Writes a `trace.ProtoHTTP`.
  mutating func append(_ head: borrowing HTTPHead, scratch: inout LineBuffer) {
    switch head.start {
    case .request(let method, let target, let version):
      append("{\"direction\":\"request\",\"method\":\"")
      append(lineOf: head, method, target, version, &scratch)
      append(",\"status\":\"\",\"status_code\":0,\"headers\":")
    case .response(let version, let status, let code):
      append("{\"direction\":\"response\",\"method\":\"\",\"protocol\":\"")
      append(jsonPart: head.bytes.extracting(version))
      append("\",\"host\":\"\",\"uri_path\":\"\",\"status\":\"")
      append(jsonPart: head.bytes.extracting(status))
      append("\",\"status_code\":")
      append(decimal: code)
      append(",\"headers\":")
    }
    appendFieldsAndLength(of: head)
  }

  /// Writes a `trace.ProtoHTTPRequest`; nothing for a response.
  mutating func append(request head: borrowing HTTPHead, scratch: inout LineBuffer) {
    guard case .request(let method, let target, let version) = head.start else { return }
    append("{\"method\":\"")
    append(lineOf: head, method, target, version, &scratch)
    append(",\"headers\":")
    appendFieldsAndLength(of: head)
  }

  /// Writes a `trace.ProtoHTTPResponse`; nothing for a request.
  mutating func append(response head: borrowing HTTPHead) {
    guard case .response(let version, let status, let code) = head.start else { return }
    append("{\"status\":\"")
    append(jsonPart: head.bytes.extracting(status))
    append("\",\"status_code\":")
    append(decimal: code)
    append(",\"protocol\":\"")
    append(jsonPart: head.bytes.extracting(version))
    append("\",\"headers\":")
    appendFieldsAndLength(of: head)
  }

  /// Writes the members of a request from the text of `method` to `uri_path`.
  private mutating func append(
    lineOf head: borrowing HTTPHead, _ method: Range<Int>, _ target: Range<Int>,
    _ version: Range<Int>, _ scratch: inout LineBuffer
  ) {
    append(jsonPart: head.bytes.extracting(method))
    append("\",\"protocol\":\"")
    append(jsonPart: head.bytes.extracting(version))
    append("\",\"host\":")
    let target = HTTPTarget(head.bytes, target, method: method)
    if let authority = target.authority {
      append(jsonText: head.bytes.extracting(authority))
    } else if let host = head.host {
      append(jsonText: head.bytes.extracting(host))
    } else {
      append("\"\"")
    }
    append(",\"uri_path\":")
    scratch.truncate(to: 0)
    scratch.append(percentDecoding: head.bytes.extracting(target.path))
    append(jsonText: scratch.bytes)
  }

  private mutating func appendFieldsAndLength(of head: borrowing HTTPHead) {
    append(fieldsOf: head)
    append(",\"content_length\":")
    let length = head.shownContentLength
    if length < 0 { append("-") }
    append(decimal: length.magnitude)
    append("}")
  }
}

extension HTTPHead {
  /// How long the body is, as events show it: -1 when the head does not say, 0 for a request that says nothing of it.
  var shownContentLength: Int64 {
    contentLength ?? (isRequest && !isChunked ? 0 : -1)
  }
}
