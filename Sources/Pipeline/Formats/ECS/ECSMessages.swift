// SPDX-License-Identifier: Apache-2.0

/// What messages show in the Elastic Common Schema. Source: `docs/event-ecs.md`.
extension LineBuffer {
  /// Writes `dns`, with a comma before it: of several questions the first, of a response the answers.
  mutating func append(ecs message: borrowing DNSMessage) {
    append(",\"dns\":{\"type\":")
    append(message.isResponse ? "\"answer\",\"id\":\"" : "\"query\",\"id\":\"")
    append(decimal: message.id)
    append("\",\"op_code\":\"")
    append(dnsOperation: message.operation)
    append("\",\"header_flags\":[")
    var comma = Comma()
    if message.isAuthoritative { append(element: "\"AA\"", &comma) }
    if message.isTruncated { append(element: "\"TC\"", &comma) }
    if message.recursionDesired { append(element: "\"RD\"", &comma) }
    if message.recursionAvailable { append(element: "\"RA\"", &comma) }
    append("]")
    var isFirst = true
    message.forEachQuestion { question in
      guard isFirst else { return }
      isFirst = false
      append(",\"question\":{\"name\":\"")
      append(dnsName: question.name, in: message.bytes)
      append("\",\"type\":\"")
      NameTable.dnsType.append(question.type, to: &self)
      append("\",\"class\":\"")
      NameTable.dnsClass.append(question.queryClass, to: &self)
      append("\"}")
    }
    if message.isResponse {
      append(",\"response_code\":\"")
      append(dnsResponseCode: message.responseCode)
      append("\",\"answers\":[")
      append(ecsAnswersOf: message)
      append("],\"resolved_ip\":[")
      append(addressesOf: message)
      append("]")
    }
    append("}")
  }

  private mutating func append(element: StaticString, _ comma: inout Comma) {
    comma.append(to: &self)
    append(element)
  }

  private mutating func append(ecsAnswersOf message: borrowing DNSMessage) {
    var comma = Comma()
    message.forEachRecord(of: .answers) { record in
      comma.append(to: &self)
      append("{\"name\":\"")
      append(dnsName: record.name, in: message.bytes)
      append("\",\"type\":\"")
      NameTable.dnsType.append(record.type, to: &self)
      append("\",\"class\":\"")
      NameTable.dnsClass.append(record.recordClass, to: &self)
      append("\",\"ttl\":")
      append(decimal: record.shownTimeToLive)
      append(",\"data\":\"")
      append(answer: record, in: message.bytes)
      append("\"}")
    }
  }

  private mutating func append(addressesOf message: borrowing DNSMessage) {
    var comma = Comma()
    message.forEachRecord(of: .answers) { record in
      switch record.content {
      case .ipv4, .ipv6:
        comma.append(to: &self)
        append("\"")
        append(dnsAddress: record, in: message.bytes)
        append("\"")
      default: break
      }
    }
  }

  /// Writes the mnemonic of an operation.
  ///
  /// Source: IANA, DNS OpCodes.
  private mutating func append(dnsOperation code: UInt16) {
    switch code {
    case 0: append("QUERY")
    case 1: append("IQUERY")
    case 2: append("STATUS")
    case 4: append("NOTIFY")
    case 5: append("UPDATE")
    case 6: append("DSO")
    default: append(decimal: code)
    }
  }

  /// Writes the mnemonic of a response code.
  ///
  /// Source: IANA, DNS RCODEs.
  private mutating func append(dnsResponseCode code: UInt16) {
    switch code {
    case 0: append("NOERROR")
    case 1: append("FORMERR")
    case 2: append("SERVFAIL")
    case 3: append("NXDOMAIN")
    case 4: append("NOTIMP")
    case 5: append("REFUSED")
    case 6: append("YXDOMAIN")
    case 7: append("YXRRSET")
    case 8: append("NXRRSET")
    case 9: append("NOTAUTH")
    case 10: append("NOTZONE")
    case 11: append("DSOTYPENI")
    case 16: append("BADVERS")
    case 23: append("BADCOOKIE")
    default: append(decimal: code)
    }
  }

  /// Writes `http`, and of a request `url` and `user_agent`, each with a comma before it.
  ///
  /// The scratch buffer holds a decoded path for a moment; what it held before is lost.
  mutating func append(ecs head: borrowing HTTPHead, scratch: inout LineBuffer) {
    let bytes = head.bytes
    switch head.start {
    case .request(let method, let target, let version):
      append(",\"http\":{\"version\":\"")
      append(jsonPart: bytes.extracting(version.lowerBound + 5..<version.upperBound))
      append("\",\"request\":{\"method\":\"")
      append(jsonPart: bytes.extracting(method))
      append("\"")
      append(bodyOf: head)
      append("}},\"url\":{\"original\":")
      append(jsonText: bytes.extracting(target))
      let parts = HTTPTarget(bytes, target, method: method)
      if let host = parts.authority ?? head.host { append(ecsHost: bytes.extracting(host)) }
      append(",\"path\":")
      scratch.truncate(to: 0)
      scratch.append(percentDecoding: bytes.extracting(parts.path))
      append(jsonText: scratch.bytes)
      append("}")
      append(userAgentOf: head)
    case .response(let version, _, let code):
      append(",\"http\":{\"version\":\"")
      append(jsonPart: bytes.extracting(version.lowerBound + 5..<version.upperBound))
      append("\",\"response\":{\"status_code\":")
      append(decimal: code)
      append(bodyOf: head)
      append("}}")
    }
  }

  private mutating func append(bodyOf head: borrowing HTTPHead) {
    guard let length = head.contentLength, length >= 0 else { return }
    append(",\"body\":{\"bytes\":")
    append(decimal: length.magnitude)
    append("}")
  }

  /// Writes `domain`, and `port` if there is one, each with a comma before it.
  private mutating func append(ecsHost host: RawSpan) {
    var digits = host.byteCount
    while digits > 0, (0x30...0x39).contains(host.byte(digits - 1)) { digits -= 1 }
    let port = host.extracting(droppingFirst: digits).wholeNumber
    guard let port, port <= 65535, digits > 0, host.byte(digits - 1) == UInt8(ascii: ":") else {
      append(",\"domain\":")
      append(jsonText: host)
      return
    }
    append(",\"domain\":")
    append(jsonText: host.extracting(first: digits - 1))
    append(",\"port\":")
    append(decimal: UInt(port))
  }

  private mutating func append(userAgentOf head: borrowing HTTPHead) {
    var fields = head.fields
    while let field = fields.next() {
      guard head.bytes.extracting(field.name).equals("user-agent") else { continue }
      append(",\"user_agent\":{\"original\":")
      append(jsonText: head.bytes.extracting(field.value))
      append("}")
      return
    }
  }
}
