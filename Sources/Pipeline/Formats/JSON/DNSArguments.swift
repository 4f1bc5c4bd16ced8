// SPDX-License-Identifier: Apache-2.0

/// The values of the args that tell of DNS. Source: `docs/events.md`.
extension LineBuffer {
  /// Writes a `trace.ProtoDNS`.
  mutating func append(_ message: borrowing DNSMessage) {
    append("{\"ID\":")
    append(decimal: message.id)
    append(",\"QR\":", bit: message.isResponse)
    append(",\"opCode\":\"")
    NameTable.dnsOperation.append(message.operation, to: &self)
    append("\",\"AA\":", bit: message.isAuthoritative)
    append(",\"TC\":", bit: message.isTruncated)
    append(",\"RD\":", bit: message.recursionDesired)
    append(",\"RA\":", bit: message.recursionAvailable)
    append(",\"Z\":")
    append(decimal: message.reserved)
    append(",\"responseCode\":\"")
    NameTable.dnsResponseCode.append(message.responseCode, to: &self)
    append("\",\"QDCount\":")
    append(decimal: message.questionCount)
    append(",\"ANCount\":")
    append(decimal: message.count(of: .answers))
    append(",\"NSCount\":")
    append(decimal: message.count(of: .authorities))
    append(",\"ARCount\":")
    append(decimal: message.count(of: .additionals))
    append(",\"questions\":[")
    var comma = Comma()
    message.forEachQuestion { question in
      comma.append(to: &self)
      append("{\"name\":\"")
      append(dnsName: question.name, in: message.bytes)
      append("\",\"type\":\"")
      NameTable.dnsType.append(question.type, to: &self)
      append("\",\"class\":\"")
      NameTable.dnsClass.append(question.queryClass, to: &self)
      append(question.wantsUnicast ? "\",\"unicastResponse\":true}" : "\"}")
    }
    append("],\"answers\":")
    append(.answers, of: message)
    append(",\"authorities\":")
    append(.authorities, of: message)
    append(",\"additionals\":")
    append(.additionals, of: message)
    append("}")
  }

  /// Writes a `[]trace.DnsQueryData`.
  mutating func append(queriesOf message: borrowing DNSMessage) {
    append("[")
    var comma = Comma()
    message.forEachQuestion { question in
      comma.append(to: &self)
      append(query: question, in: message.bytes)
    }
    append("]")
  }

  /// Writes a `[]trace.DnsResponseData`: an element for each question, all answers in the first.
  ///
  /// Answers to no question, as multicast DNS has them, are those of a query without a name.
  mutating func append(responsesOf message: borrowing DNSMessage) {
    append("[")
    var comma = Comma()
    message.forEachQuestion { question in
      append(comma.isFirst ? "{\"query_data\":" : ",{\"query_data\":")
      append(query: question, in: message.bytes)
      append(",\"dns_answer\":[")
      if comma.isFirst { append(answersOf: message) }
      append("]}")
      comma.isFirst = false
    }
    if comma.isFirst {
      append("{\"query_data\":{\"query\":\"\",\"query_type\":\"Unknown\",")
      append("\"query_class\":\"Unknown\"},\"dns_answer\":[")
      append(answersOf: message)
      append("]}")
    }
    append("]")
  }

  private mutating func append(query question: DNSQuestion, in message: RawSpan) {
    append("{\"query\":\"")
    append(dnsName: question.name, in: message)
    append("\",\"query_type\":\"")
    NameTable.dnsType.append(question.type, to: &self)
    append("\",\"query_class\":\"")
    NameTable.dnsClass.append(question.queryClass, to: &self)
    append("\"}")
  }

  private mutating func append(answersOf message: borrowing DNSMessage) {
    var comma = Comma()
    message.forEachRecord(of: .answers) { record in
      comma.append(to: &self)
      append("{\"answer_type\":\"")
      NameTable.dnsType.append(record.type, to: &self)
      append("\",\"ttl\":")
      append(decimal: record.shownTimeToLive)
      append(",\"answer\":\"")
      append(answer: record, in: message.bytes)
      append("\"}")
    }
  }

  /// Writes what a record says in one text: its address, its name, its strings.
  ///
  /// - Parameter isJSON: whether it is a part of a JSON string.
  mutating func append(answer record: DNSRecord, in message: RawSpan, isJSON: Bool = true) {
    switch record.content {
    case .none, .opt: break
    case .ipv4, .ipv6: append(dnsAddress: record, in: message)
    case .ns(let name), .cname(let name), .ptr(let name), .mx(_, let name),
      .srv(_, _, _, let name), .soa(let name, _, _):
      append(dnsName: name, in: message, isJSON: isJSON)
    case .txt: append(dnsStrings: record, in: message, isJSON: isJSON)
    case .uri(_, _, let target): append(part: message.extracting(target), isJSON: isJSON)
    }
  }
}

/// Writes a comma before every element but the first.
struct Comma {
  var isFirst = true

  /// Writes a comma unless nothing was written before.
  mutating func append(to line: inout LineBuffer) {
    if !isFirst { line.append(",") }
    isFirst = false
  }
}
