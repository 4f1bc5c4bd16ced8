// SPDX-License-Identifier: Apache-2.0

/// What Wireshark calls a field, and where the same is in an event.
struct TsharkField: Sendable {
  /// How Wireshark's value becomes the event's.
  enum Form: Sendable {
    case same
    /// A length in bytes, of which the event shows the words of four.
    case words
    /// A flag, which Wireshark leaves out where it cannot be set.
    case flag
    /// Bits of a number: Wireshark leaves some of them out where they mean nothing.
    case bits(UInt16)
    /// What came of a query, whose upper bits are another of Wireshark's fields.
    case responseCode
    /// The number of an option, which the event shows by its name.
    case option
    /// Bytes in hexadecimal, which the event shows as text when they are printable.
    case octets
    /// A number that the event shows by its name in the catalog.
    case named
    /// A type, whose code is another of Wireshark's fields, that the event shows by a name.
    case typeAndCode
    /// A name, of which the root is `<Root>`.
    case domain
    /// The target of a request, of which the event shows the path, decoded; to connect has none.
    case target
    /// The reason of a response, which the event shows behind the code.
    case reason
    /// A field of a head, as `name: value`.
    case line
  }

  let name: String
  /// The event that shows it.
  let event: String
  /// Where in the event's arguments it is: members with dots between, `[]` behind a list.
  let path: String
  var form = Form.same
  /// Of DNS: the type of the records that have it, or those that have not, behind a `!`.
  var recordType: String?
  /// Whether it is compared only where Wireshark shows it: in other packets the event has an empty value, or what stands
  /// there.
  var isOptional = false
  /// Whether it is of requests or of responses only, by Wireshark's flag of DNS.
  var isResponse: Bool?

  /// Every field that is compared.
  ///
  /// Where an IPv4 fragment begins is not among them: its unit depends on Wireshark's version.
  static let all =
    ipv4 + ipv6 + tcp + udp + icmp + dns + dnsRecords + dnsRequest + dnsResponse + http + request
    + response

  private static func fields(
    _ event: String, _ argument: String, isOptional: Bool = false, isResponse: Bool? = nil,
    _ rows: (String, String, Form)...
  ) -> [TsharkField] {
    rows.map {
      TsharkField(
        name: $0.0, event: event, path: "\(argument).\($0.1)", form: $0.2,
        isOptional: isOptional, isResponse: isResponse)
    }
  }

  private static let ipv4 = fields(
    "net_packet_ipv4", "proto_ipv4",
    ("ip.version", "version", .same), ("ip.hdr_len", "IHL", .words), ("ip.dsfield", "TOS", .same),
    ("ip.len", "length", .same), ("ip.id", "id", .same), ("ip.flags", "flags", .same),
    ("ip.ttl", "TTL", .same), ("ip.proto", "protocol", .named),
    ("ip.checksum", "checksum", .same), ("ip.src", "srcIP", .same), ("ip.dst", "dstIP", .same))

  private static let ipv6 = fields(
    "net_packet_ipv6", "proto_ipv6",
    ("ipv6.version", "version", .same), ("ipv6.tclass", "trafficClass", .same),
    ("ipv6.flow", "flowLabel", .same), ("ipv6.plen", "length", .same),
    ("ipv6.nxt", "nextHeader", .named), ("ipv6.hlim", "hopLimit", .same),
    ("ipv6.src", "srcIP", .same), ("ipv6.dst", "dstIP", .same))

  private static let tcp = fields(
    "net_packet_tcp", "proto_tcp",
    ("tcp.srcport", "srcPort", .same), ("tcp.dstport", "dstPort", .same),
    ("tcp.seq_raw", "seq", .same), ("tcp.ack_raw", "ack", .same),
    ("tcp.hdr_len", "dataOffset", .words), ("tcp.flags.fin", "FIN", .flag),
    ("tcp.flags.syn", "SYN", .flag), ("tcp.flags.reset", "RST", .flag),
    ("tcp.flags.push", "PSH", .flag), ("tcp.flags.ack", "ACK", .flag),
    ("tcp.flags.urg", "URG", .flag), ("tcp.flags.ece", "ECE", .flag),
    ("tcp.flags.cwr", "CWR", .flag), ("tcp.flags", "NS", .bits(0x100)),
    ("tcp.window_size_value", "window", .same),
    ("tcp.checksum", "checksum", .same), ("tcp.urgent_pointer", "urgent", .same))

  private static let udp = fields(
    "net_packet_udp", "proto_udp",
    ("udp.srcport", "srcPort", .same), ("udp.dstport", "dstPort", .same),
    ("udp.length", "length", .same), ("udp.checksum", "checksum", .same))

  private static let icmp =
    fields(
      "net_packet_icmp", "proto_icmp",
      ("icmp.type", "typeCode", .typeAndCode), ("icmp.checksum", "checksum", .same))
    + fields(
      "net_packet_icmp", "proto_icmp", isOptional: true,
      ("icmp.ident", "id", .same), ("icmp.seq", "seq", .same))
    + fields(
      "net_packet_icmpv6", "proto_icmpv6",
      ("icmpv6.type", "typeCode", .typeAndCode), ("icmpv6.checksum", "checksum", .same))

  private static let dns = fields(
    "net_packet_dns", "proto_dns",
    ("dns.id", "ID", .same), ("dns.flags.response", "QR", .flag),
    ("dns.flags.opcode", "opCode", .named), ("dns.flags", "AA", .bits(0x0400)),
    ("dns.flags.truncated", "TC", .flag), ("dns.flags.recdesired", "RD", .flag),
    ("dns.flags", "RA", .bits(0x0080)),
    ("dns.flags", "Z", .bits(0x0070)),
    ("dns.flags.rcode", "responseCode", .responseCode), ("dns.count.queries", "QDCount", .same),
    ("dns.count.answers", "ANCount", .same), ("dns.count.auth_rr", "NSCount", .same),
    ("dns.count.add_rr", "ARCount", .same), ("dns.qry.name", "questions[].name", .domain),
    ("dns.qry.type", "questions[].type", .named), ("dns.qry.class", "questions[].class", .named))

  /// Of all sections, in the order of the message.
  private static let dnsRecords = [
    // Of SRV Wireshark shows the parts of the name.
    ("dns.resp.name", "name", Form.domain, "!SRV" as String?),
    ("dns.resp.type", "type", .named, nil),
    ("dns.resp.class", "class", .named, "!OPT"), ("dns.resp.ttl", "TTL", .same, "!OPT"),
    ("dns.a", "IP", .same, "A"), ("dns.aaaa", "IP", .same, "AAAA"),
    ("dns.ns", "NS", .domain, "NS"), ("dns.cname", "CNAME", .domain, "CNAME"),
    ("dns.ptr.domain_name", "PTR", .domain, "PTR"), ("dns.txt", "TXTs[]", .same, "TXT"),
    ("dns.mx.preference", "MX.preference", .same, "MX"),
    ("dns.mx.mail_exchange", "MX.name", .domain, "MX"),
    ("dns.soa.mname", "SOA.MName", .domain, "SOA"), ("dns.soa.rname", "SOA.RName", .domain, "SOA"),
    ("dns.soa.serial_number", "SOA.serial", .same, "SOA"),
    ("dns.soa.refresh_interval", "SOA.refresh", .same, "SOA"),
    ("dns.soa.retry_interval", "SOA.retry", .same, "SOA"),
    ("dns.soa.expire_limit", "SOA.expire", .same, "SOA"),
    ("dns.soa.minimum_ttl", "SOA.minimum", .same, "SOA"),
    ("dns.srv.priority", "SRV.priority", .same, "SRV"),
    ("dns.srv.weight", "SRV.weight", .same, "SRV"), ("dns.srv.port", "SRV.port", .same, "SRV"),
    ("dns.srv.target", "SRV.name", .domain, "SRV"),
    ("dns.opt.code", "OPT[].code", .option, "OPT"),
    ("dns.opt.data", "OPT[].data", .octets, "OPT"),
  ].map {
    TsharkField(
      name: $0.0, event: "net_packet_dns", path: "proto_dns.records[].\($0.1)", form: $0.2,
      recordType: $0.3)
  }

  private static let dnsRequest = fields(
    "net_packet_dns_request", "dns_questions[]", isResponse: false,
    ("dns.qry.name", "query", .domain), ("dns.qry.type", "query_type", .named),
    ("dns.qry.class", "query_class", .named))

  private static let dnsResponse = fields(
    "net_packet_dns_response", "dns_response[]", isOptional: true, isResponse: true,
    ("dns.qry.name", "query_data.query", .domain),
    ("dns.qry.type", "query_data.query_type", .named),
    ("dns.qry.class", "query_data.query_class", .named))

  private static let http = fields(
    "net_packet_http", "proto_http", isOptional: true,
    ("http.request.method", "method", .same), ("http.request.version", "protocol", .same),
    ("http.host", "host", .same), ("http.request.uri", "uri_path", .target),
    ("http.request.line", "headers", .line), ("http.response.version", "protocol", .same),
    ("http.response.code", "status_code", .same), ("http.response.phrase", "status", .reason),
    ("http.response.line", "headers", .line), ("http.content_length", "content_length", .same))

  private static let request = fields(
    "net_packet_http_request", "http_request",
    ("http.request.method", "method", .same), ("http.request.version", "protocol", .same),
    ("http.host", "host", .same), ("http.request.uri", "uri_path", .target),
    ("http.request.line", "headers", .line))

  private static let response = fields(
    "net_packet_http_response", "http_response",
    ("http.response.version", "protocol", .same), ("http.response.code", "status_code", .same),
    ("http.response.phrase", "status", .reason), ("http.response.line", "headers", .line))
}
