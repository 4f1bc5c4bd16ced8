// SPDX-License-Identifier: Apache-2.0

import Policy

extension DNSMessage {
  /// Lends what the header of the message says.
  func lend(_ member: FieldSource.DNSMember, _ body: (LentValue) -> Void) {
    let number: UInt16 =
      switch member {
      case .id: id
      case .isResponse: isResponse ? 1 : 0
      case .operation: operation
      case .isAuthoritative: isAuthoritative ? 1 : 0
      case .isTruncated: isTruncated ? 1 : 0
      case .recursionDesired: recursionDesired ? 1 : 0
      case .recursionAvailable: recursionAvailable ? 1 : 0
      case .reserved: reserved
      case .responseCode: responseCode
      case .questionCount: questionCount
      case .answerCount: count(of: .answers)
      case .authorityCount: count(of: .authorities)
      case .additionalCount: count(of: .additionals)
      }
    body(.number(UInt64(number)))
  }
}

extension DNSQuestion {
  /// Lends a part of the question.
  func lend(
    _ member: FieldSource.QuestionMember, in message: RawSpan, _ lender: inout FieldLender,
    _ body: (LentValue) -> Void
  ) {
    switch member {
    case .name: name.lend(in: message, &lender, body)
    case .type: body(.number(UInt64(type)))
    case .class: body(.number(UInt64(queryClass)))
    }
  }
}

extension DNSName {
  /// Lends the name as events show it.
  fileprivate func lend(
    in message: RawSpan, _ lender: inout FieldLender, _ body: (LentValue) -> Void
  ) {
    lender.lend(
      { $0.append(dnsName: self, in: message, isJSON: false) }, { body(.name($0)) })
  }
}

extension DNSRecord {
  /// Lends a part of the record as an answer to a query.
  func lend(
    _ member: FieldSource.AnswerMember, in message: RawSpan, _ lender: inout FieldLender,
    _ body: (LentValue) -> Void
  ) {
    switch member {
    case .type: body(.number(UInt64(type)))
    case .timeToLive: body(.number(UInt64(shownTimeToLive)))
    case .answer:
      lender.lend(
        { $0.append(answer: self, in: message, isJSON: false) }, { body(.name($0)) })
    }
  }

  /// Lends a part of the record; nothing when its type has no such part.
  func lend(
    _ member: FieldSource.RecordMember, in message: RawSpan, _ lender: inout FieldLender,
    _ body: (LentValue) -> Void
  ) {
    switch (member, content) {
    case (.name, _): name.lend(in: message, &lender, body)
    case (.type, _): body(.number(UInt64(type)))
    case (.class, _): body(.number(type == Kind.opt ? 0 : UInt64(recordClass)))
    case (.timeToLive, _): body(.number(UInt64(shownTimeToLive)))
    case (.address, .ipv4):
      body(.address(IPAddress(ipv4: message.network(data.lowerBound))))
    case (.address, .ipv6):
      let start = data.lowerBound
      body(.address(IPAddress(high: message.network(start), low: message.network(start + 8))))
    case (.ns, .ns(let name)), (.cname, .cname(let name)), (.ptr, .ptr(let name)),
      (.exchange, .mx(_, let name)), (.serviceName, .srv(_, _, _, let name)),
      (.primary, .soa(let name, _, _)), (.mailbox, .soa(_, let name, _)):
      name.lend(in: message, &lender, body)
    case (.preference, .mx(let number, _)), (.servicePriority, .srv(let number, _, _, _)),
      (.serviceWeight, .srv(_, let number, _, _)), (.servicePort, .srv(_, _, let number, _)),
      (.targetPriority, .uri(let number, _, _)), (.targetWeight, .uri(_, let number, _)):
      body(.number(UInt64(number)))
    case (.serial, .soa(_, _, let numbers)): lend(0, of: numbers, in: message, body)
    case (.refresh, .soa(_, _, let numbers)): lend(1, of: numbers, in: message, body)
    case (.retry, .soa(_, _, let numbers)): lend(2, of: numbers, in: message, body)
    case (.expire, .soa(_, _, let numbers)): lend(3, of: numbers, in: message, body)
    case (.minimum, .soa(_, _, let numbers)): lend(4, of: numbers, in: message, body)
    case (.strings, .txt):
      Self.forEachString(message, data) {
        lender.lend(message.extracting($0)) { body(.text($0)) }
      }
    case (.text, .txt):
      lender.lend(
        { $0.append(dnsStrings: self, in: message, isJSON: false) }, { body(.text($0)) })
    case (.optionCode, .opt):
      Self.forEachOption(message, data) { code, _ in
        lender.lend({ $0.append(dnsOptionCode: code) }, { body(.text($0)) })
      }
    case (.optionData, .opt):
      Self.forEachOption(message, data) { _, place in
        lender.lend(
          { $0.append(dnsOption: message.extracting(place), isJSON: false) }, { body(.text($0)) })
      }
    case (.target, .uri(_, _, let place)):
      lender.lend(message.extracting(place)) { body(.text($0)) }
    default: break
    }
  }

  /// Lends one of the numbers of an SOA record.
  private func lend(
    _ index: Int, of numbers: Int, in message: RawSpan, _ body: (LentValue) -> Void
  ) {
    body(.number(UInt64(message.network(numbers + 4 * index, as: UInt32.self))))
  }
}
