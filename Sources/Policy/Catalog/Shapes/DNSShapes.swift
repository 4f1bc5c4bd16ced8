// SPDX-License-Identifier: Apache-2.0

/// The shapes of DNS messages.
///
/// Source: `docs/events.md`; RFC 1035, RFC 6891, RFC 2782, RFC 7553.
extension Shape {
  static let dns = structure([
    "ID": .bits(16), "QR": .flag, "opCode": .name(.dnsOperation), "AA": .flag, "TC": .flag,
    "RD": .flag, "RA": .flag, "Z": .bits(8), "responseCode": .name(.dnsResponseCode),
    "QDCount": .bits(16), "ANCount": .bits(16), "NSCount": .bits(16), "ARCount": .bits(16),
    "questions": .list(dnsQuestion), "answers": .list(dnsRecord), "authorities": .list(dnsRecord),
    "additionals": .list(dnsRecord),
  ])

  private static let dnsQuestion = structure([
    "name": .name, "type": .name(.dnsType), "class": .name(.dnsClass), "unicastResponse": .mark,
  ])

  private static let dnsRecord = structure([
    "name": .name, "type": .name(.dnsType), "class": .name(.dnsClass), "TTL": .bits(32),
    "IP": .address, "NS": .name, "CNAME": .name, "PTR": .name, "TXTs": .listOrNull(.text),
    "SOA": structure([
      "MName": .name, "RName": .name, "serial": .bits(32), "refresh": .bits(32),
      "retry": .bits(32), "expire": .bits(32), "minimum": .bits(32),
    ]),
    "SRV": structure([
      "priority": .bits(16), "weight": .bits(16), "port": .port, "name": .name,
    ]),
    "MX": structure(["preference": .bits(16), "name": .name]),
    "OPT": .list(structure(["code": .text, "data": .text])),
    "URI": structure(["priority": .bits(16), "weight": .bits(16), "target": .text]),
    "TXT": .text, "cacheFlush": .mark,
  ])

  private static let dnsQuery = structure([
    "query": .name, "query_type": .name(.dnsType), "query_class": .name(.dnsClass),
  ])

  static let dnsQueries = list(dnsQuery)

  static let dnsResponses = list(
    structure([
      "query_data": dnsQuery,
      "dns_answer": .list(
        structure(["answer_type": .name(.dnsType), "ttl": .bits(32), "answer": .name])),
    ]))
}
