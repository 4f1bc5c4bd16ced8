// SPDX-License-Identifier: Apache-2.0

import Policy

/// Where the values of a field are found: a path of the catalog, taken apart once.
///
/// The raw values of its parts are words of the catalog.
enum FieldSource: Sendable {
  /// Nowhere: no packet has it.
  case nowhere
  case header(HeaderBits)
  case packet(PacketMember)
  /// What an event that shows what the packet says tells of the packet itself.
  case summary(SummaryMember)
  case dns(DNSMember)
  case question(QuestionMember, of: Questions)
  case record(RecordMember, of: DNSMessage.Section)
  case answer(AnswerMember)
  case http(HTTPMember, of: Heads)

  enum PacketMember: String {
    case source = "src"
    case destination = "dst"
    case sourcePort = "src_port"
    case destinationPort = "dst_port"
    case direction = "metadata.direction"
    case returnValue = "retval"
    case processor = "processorId"
    case systemCall = "syscall"
    case sourceIPv4 = "proto_ipv4.srcIP"
    case destinationIPv4 = "proto_ipv4.dstIP"
    case sourceIPv6 = "proto_ipv6.srcIP"
    case destinationIPv6 = "proto_ipv6.dstIP"
  }

  enum SummaryMember: String {
    case source = "src_ip"
    case destination = "dst_ip"
    case sourcePort = "src_port"
    case destinationPort = "dst_port"
    case transport = "protocol"
    case length = "packet_len"
    case interface = "iface"
  }

  enum DNSMember: String {
    case id = "ID"
    case isResponse = "QR"
    case operation = "opCode"
    case isAuthoritative = "AA"
    case isTruncated = "TC"
    case recursionDesired = "RD"
    case recursionAvailable = "RA"
    case reserved = "Z"
    case responseCode
    case questionCount = "QDCount"
    case answerCount = "ANCount"
    case authorityCount = "NSCount"
    case additionalCount = "ARCount"
  }

  /// The questions of which messages.
  enum Questions { case all, ofQueries, ofResponses }

  enum QuestionMember: String { case name, type, `class` }

  enum RecordMember: String {
    case name, type, `class`
    case timeToLive = "TTL"
    case address = "IP"
    case ns = "NS"
    case cname = "CNAME"
    case ptr = "PTR"
    case strings = "TXTs"
    case text = "TXT"
    case primary = "SOA.MName"
    case mailbox = "SOA.RName"
    case serial = "SOA.serial"
    case refresh = "SOA.refresh"
    case retry = "SOA.retry"
    case expire = "SOA.expire"
    case minimum = "SOA.minimum"
    case servicePriority = "SRV.priority"
    case serviceWeight = "SRV.weight"
    case servicePort = "SRV.port"
    case serviceName = "SRV.name"
    case preference = "MX.preference"
    case exchange = "MX.name"
    case optionCode = "OPT.code"
    case optionData = "OPT.data"
    case targetPriority = "URI.priority"
    case targetWeight = "URI.weight"
    case target = "URI.target"
  }

  enum AnswerMember: String {
    case type = "answer_type"
    case timeToLive = "ttl"
    case answer
  }

  /// Heads of which messages.
  enum Heads { case all, ofRequests, ofResponses }

  enum HTTPMember: String {
    case direction, method, host, status, headers
    case version = "protocol"
    case path = "uri_path"
    case statusCode = "status_code"
    case contentLength = "content_length"
  }
}

extension FieldSource {
  /// Finds out where a field is.
  init(_ field: PacketField) {
    self = field.headerBits.map(Self.header) ?? Self(path: field.rawValue) ?? .nowhere
  }

  private init?(path: String) {
    /// The member whose name follows a prefix.
    func member<Member: RawRepresentable<String>>(_ prefix: String, _: Member.Type) -> Member? {
      path.hasPrefix(prefix) ? Member(rawValue: String(path.dropFirst(prefix.count))) : nil
    }
    func query(_ prefix: String) -> QuestionMember? {
      member(prefix + "query_", QuestionMember.self) ?? (path == prefix + "query" ? .name : nil)
    }
    if let found = PacketMember(rawValue: path) {
      self = .packet(found)
    } else if let found = member("metadata.", SummaryMember.self) {
      self = .summary(found)
    } else if let found = member("proto_dns.questions.", QuestionMember.self) {
      self = .question(found, of: .all)
    } else if let found = query("dns_questions.") {
      self = .question(found, of: .ofQueries)
    } else if let found = query("dns_response.query_data.") {
      self = .question(found, of: .ofResponses)
    } else if let found = member("dns_response.dns_answer.", AnswerMember.self) {
      self = .answer(found)
    } else if let found = member("proto_dns.answers.", RecordMember.self) {
      self = .record(found, of: .answers)
    } else if let found = member("proto_dns.authorities.", RecordMember.self) {
      self = .record(found, of: .authorities)
    } else if let found = member("proto_dns.additionals.", RecordMember.self) {
      self = .record(found, of: .additionals)
    } else if let found = member("proto_dns.", DNSMember.self) {
      self = .dns(found)
    } else if let found = member("proto_http.", HTTPMember.self) {
      self = .http(found, of: .all)
    } else if let found = member("http_request.", HTTPMember.self) {
      self = .http(found, of: .ofRequests)
    } else if let found = member("http_response.", HTTPMember.self) {
      self = .http(found, of: .ofResponses)
    } else {
      return nil
    }
  }

  /// Gives `body` each value that a packet has, until the call ends.
  func forEachValue(
    of packet: borrowing DecodedPacket, _ lender: inout FieldLender,
    _ body: (LentValue) -> Void
  ) {
    switch (self, packet.message) {
    case (.nowhere, _): break
    case (.header(let bits), _): packet.lend(bits, body)
    case (.packet(let member), _): packet.lend(member, &lender, body)
    case (.summary(let member), _): packet.lend(member, &lender, body)
    case (.dns(let member), .dns(let message)): message.lend(member, body)
    case (.question(let member, let questions), .dns(let message)):
      guard questions == .all || (questions == .ofResponses) == message.isResponse else { return }
      message.forEachQuestion { $0.lend(member, in: message.bytes, &lender, body) }
    case (.record(let member, let section), .dns(let message)):
      message.forEachRecord(of: section) { $0.lend(member, in: message.bytes, &lender, body) }
    case (.answer(let member), .dns(let message)):
      guard message.isResponse else { return }
      message.forEachRecord(of: .answers) { $0.lend(member, in: message.bytes, &lender, body) }
    case (.http(let member, let heads), .http(let head)):
      guard heads == .all || (heads == .ofRequests) == head.isRequest else { return }
      head.lend(member, &lender, body)
    default: break
    }
  }
}

/// What lending values needs beside the packet.
struct FieldLender: ~Copyable {
  /// Holds a text that does not stand in the packet as events show it.
  private var text = LineBuffer(capacity: 256)

  /// The same text as UTF-8.
  private var repaired = LineBuffer(capacity: 256)

  /// Gives `body` what `write` writes, as UTF-8 in which U+FFFD stands for what was none.
  mutating func lend(_ write: (inout LineBuffer) -> Void, _ body: (RawSpan) -> Void) {
    text.truncate(to: 0)
    write(&text)
    if text.bytes.isASCII {
      body(text.bytes)
    } else {
      Self.repair(text, into: &repaired)
      body(repaired.bytes)
    }
  }

  private static func repair(_ text: borrowing LineBuffer, into repaired: inout LineBuffer) {
    repaired.truncate(to: 0)
    repaired.append(repairing: text.bytes)
  }

  /// Gives `body` bytes, as UTF-8 in which U+FFFD stands for what was none.
  mutating func lend(_ bytes: RawSpan, _ body: (RawSpan) -> Void) {
    if bytes.isASCII {
      body(bytes)
    } else {
      lend({ $0.append(repairing: bytes) }, body)
    }
  }
}

extension RawSpan {
  /// Whether all bytes are below 128.
  fileprivate var isASCII: Bool {
    offset(in: 0..<byteCount, where: \.bytesAbove127) == nil
  }
}

extension LineBuffer {
  /// Writes bytes as UTF-8, with U+FFFD for what is none.
  mutating func append(repairing bytes: RawSpan) {
    var reader = UTF8Reader(bytes)
    while !reader.isAtEnd { append(scalar: reader.next()) }
  }
}
