// SPDX-License-Identifier: Apache-2.0

import Policy

/// What a policy can ask about a DNS message, by the catalog's names.
///
/// A member of a record that does not belong to its type has no value.
extension FieldValues {
  /// Adds the fields of the events that the message gives.
  mutating func add(_ message: borrowing DNSMessage) {
    add("proto_dns.ID", message.id)
    add("proto_dns.QR", message.isResponse)
    add("proto_dns.opCode", message.operation)
    add("proto_dns.AA", message.isAuthoritative)
    add("proto_dns.TC", message.isTruncated)
    add("proto_dns.RD", message.recursionDesired)
    add("proto_dns.RA", message.recursionAvailable)
    add("proto_dns.Z", message.reserved)
    add("proto_dns.responseCode", message.responseCode)
    add("proto_dns.QDCount", message.questionCount)
    add("proto_dns.ANCount", message.count(of: .answers))
    add("proto_dns.NSCount", message.count(of: .authorities))
    add("proto_dns.ARCount", message.count(of: .additionals))
    let queries = message.isResponse ? "dns_response.query_data." : "dns_questions."
    message.forEachQuestion { question in
      let name = question.name.text(in: message.bytes)
      add("proto_dns.questions.name", name)
      add("proto_dns.questions.type", question.type)
      add("proto_dns.questions.class", question.queryClass)
      add(queries + "query", name)
      add(queries + "query_type", question.type)
      add(queries + "query_class", question.queryClass)
    }
    message.forEachRecord(of: .answers) { record in
      add(record, "proto_dns.answers.", message.bytes)
      if message.isResponse { add(answer: record, message.bytes) }
    }
    message.forEachRecord(of: .authorities) {
      add($0, "proto_dns.authorities.", message.bytes)
    }
    message.forEachRecord(of: .additionals) {
      add($0, "proto_dns.additionals.", message.bytes)
    }
  }

  private mutating func add(answer record: DNSRecord, _ message: RawSpan) {
    add("dns_response.dns_answer.answer_type", record.type)
    add("dns_response.dns_answer.ttl", record.shownTimeToLive)
    var answer = LineBuffer(capacity: 256)
    answer.append(answer: record, in: message, isJSON: false)
    add("dns_response.dns_answer.answer", answer.bytes.repairedText)
  }

  private mutating func add(_ record: DNSRecord, _ path: String, _ message: RawSpan) {
    add(path + "name", record.name.text(in: message))
    add(path + "type", record.type)
    add(path + "class", record.type == DNSRecord.Kind.opt ? 0 : record.recordClass)
    add(path + "TTL", record.shownTimeToLive)
    let start = record.data.lowerBound
    switch record.content {
    case .none: break
    case .ipv4: add(path + "IP", .address(IPAddress(ipv4: message.network(start))))
    case .ipv6:
      let address = IPAddress(high: message.network(start), low: message.network(start + 8))
      add(path + "IP", .address(address))
    case .ns(let name): add(path + "NS", name.text(in: message))
    case .cname(let name): add(path + "CNAME", name.text(in: message))
    case .ptr(let name): add(path + "PTR", name.text(in: message))
    case .mx(let preference, let name):
      add(path + "MX.preference", preference)
      add(path + "MX.name", name.text(in: message))
    case .txt:
      var whole = ""
      DNSRecord.forEachString(message, record.data) {
        let text = message.extracting($0).repairedText
        add(path + "TXTs", text)
        whole += text
      }
      add(path + "TXT", whole)
    case .soa(let primary, let mailbox, let numbers):
      add(path + "SOA.MName", primary.text(in: message))
      add(path + "SOA.RName", mailbox.text(in: message))
      for (index, name) in ["serial", "refresh", "retry", "expire", "minimum"].enumerated() {
        add(path + "SOA." + name, message.network(numbers + 4 * index, as: UInt32.self))
      }
    case .srv(let priority, let weight, let port, let name):
      add(path + "SRV.priority", priority)
      add(path + "SRV.weight", weight)
      add(path + "SRV.port", port)
      add(path + "SRV.name", name.text(in: message))
    case .opt:
      DNSRecord.forEachOption(message, record.data) { code, data in
        var line = LineBuffer(capacity: 256)
        line.append(dnsOptionCode: code)
        add(path + "OPT.code", line.bytes.repairedText)
        line.truncate(to: 0)
        line.append(dnsOption: message.extracting(data), isJSON: false)
        add(path + "OPT.data", line.bytes.repairedText)
      }
    case .uri(let priority, let weight, let target):
      add(path + "URI.priority", priority)
      add(path + "URI.weight", weight)
      add(path + "URI.target", message.extracting(target).repairedText)
    }
  }
}

extension DNSName {
  /// The name as events show it.
  fileprivate func text(in message: RawSpan) -> String {
    var line = LineBuffer(capacity: 256)
    line.append(dnsName: self, in: message, isJSON: false)
    return line.bytes.repairedText
  }
}
