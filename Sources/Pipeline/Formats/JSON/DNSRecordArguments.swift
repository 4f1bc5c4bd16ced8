// SPDX-License-Identifier: Apache-2.0

/// The records of a `trace.ProtoDNS`. Source: `docs/events.md`.
extension LineBuffer {
  /// Writes the records of a section as an array.
  mutating func append(_ section: DNSMessage.Section, of message: borrowing DNSMessage) {
    append("[")
    var comma = Comma()
    message.forEachRecord(of: section) { record in
      comma.append(to: &self)
      append(record, in: message.bytes)
    }
    append("]")
  }

  private mutating func append(_ record: DNSRecord, in message: RawSpan) {
    append("{\"name\":\"")
    append(dnsName: record.name, in: message)
    append("\",\"type\":\"")
    NameTable.dnsType.append(record.type, to: &self)
    append("\",\"class\":\"")
    if record.type == DNSRecord.Kind.opt {
      append("Unknown")
    } else {
      NameTable.dnsClass.append(record.recordClass, to: &self)
    }
    append("\",\"TTL\":")
    append(decimal: record.shownTimeToLive)
    append(",\"IP\":\"")
    append(dnsAddress: record, in: message)
    append("\",\"NS\":\"")
    if case .ns(let name) = record.content { append(dnsName: name, in: message) }
    append("\",\"CNAME\":\"")
    if case .cname(let name) = record.content { append(dnsName: name, in: message) }
    append("\",\"PTR\":\"")
    if case .ptr(let name) = record.content { append(dnsName: name, in: message) }
    append("\",\"TXTs\":")
    append(stringsOf: record, in: message)
    append(",\"SOA\":{")
    append(authorityOf: record, in: message)
    append("},\"SRV\":{")
    append(serviceOf: record, in: message)
    append("},\"MX\":{\"preference\":")
    if case .mx(let preference, let name) = record.content {
      append(decimal: preference)
      append(",\"name\":\"")
      append(dnsName: name, in: message)
    } else {
      append("0,\"name\":\"")
    }
    append("\"},\"OPT\":[")
    append(optionsOf: record, in: message)
    append("],\"URI\":{\"priority\":")
    if case .uri(let priority, let weight, let target) = record.content {
      append(decimal: priority)
      append(",\"weight\":")
      append(decimal: weight)
      append(",\"target\":\"")
      append(jsonPart: message.extracting(target))
    } else {
      append("0,\"weight\":0,\"target\":\"")
    }
    append("\"},\"TXT\":\"")
    if case .txt = record.content { append(dnsStrings: record, in: message) }
    append(record.flushesCache ? "\",\"cacheFlush\":true}" : "\"}")
  }

  private mutating func append(stringsOf record: DNSRecord, in message: RawSpan) {
    guard case .txt = record.content else {
      append("null")
      return
    }
    append("[")
    var comma = Comma()
    DNSRecord.forEachString(message, record.data) { string in
      comma.append(to: &self)
      append(jsonText: message.extracting(string))
    }
    append("]")
  }

  private mutating func append(authorityOf record: DNSRecord, in message: RawSpan) {
    guard case .soa(let primary, let mailbox, let numbers) = record.content else {
      append("\"MName\":\"\",\"RName\":\"\",\"serial\":0,\"refresh\":0,\"retry\":0,")
      append("\"expire\":0,\"minimum\":0")
      return
    }
    append("\"MName\":\"")
    append(dnsName: primary, in: message)
    append("\",\"RName\":\"")
    append(dnsName: mailbox, in: message)
    append("\",\"serial\":")
    append(decimal: message.network(numbers, as: UInt32.self))
    append(",\"refresh\":")
    append(decimal: message.network(numbers + 4, as: UInt32.self))
    append(",\"retry\":")
    append(decimal: message.network(numbers + 8, as: UInt32.self))
    append(",\"expire\":")
    append(decimal: message.network(numbers + 12, as: UInt32.self))
    append(",\"minimum\":")
    append(decimal: message.network(numbers + 16, as: UInt32.self))
  }

  private mutating func append(serviceOf record: DNSRecord, in message: RawSpan) {
    guard case .srv(let priority, let weight, let port, let name) = record.content else {
      append("\"priority\":0,\"weight\":0,\"port\":0,\"name\":\"\"")
      return
    }
    append("\"priority\":")
    append(decimal: priority)
    append(",\"weight\":")
    append(decimal: weight)
    append(",\"port\":")
    append(decimal: port)
    append(",\"name\":\"")
    append(dnsName: name, in: message)
    append("\"")
  }

  private mutating func append(optionsOf record: DNSRecord, in message: RawSpan) {
    guard case .opt = record.content else { return }
    var comma = Comma()
    DNSRecord.forEachOption(message, record.data) { code, data in
      comma.append(to: &self)
      append("{\"code\":\"")
      append(dnsOptionCode: code)
      append("\",\"data\":\"")
      append(dnsOption: message.extracting(data))
      append("\"}")
    }
  }
}

extension DNSRecord {
  /// The time to live as events show it: that of an OPT record is none.
  var shownTimeToLive: UInt32 { type == Kind.opt ? 0 : timeToLive }
}
