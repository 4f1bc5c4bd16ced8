// SPDX-License-Identifier: Apache-2.0

/// The arguments that tell of DNS and HTTP. Source: `docs/events.md`.
extension EventShape {
  enum messages {
    static let dns: Argument = (
      "proto_dns", "trace.ProtoDNS",
      .object(
        numbers("ID QR") + strings("opCode") + numbers("AA TC RD RA Z")
          + strings("responseCode") + numbers("QDCount ANCount NSCount ARCount")
          + [("questions", .array(.object(strings("name type class"))))]
          + ["answers", "authorities", "additionals"].map { ($0, .array(record)) })
    )

    private static let record = Kind.object(
      strings("name type class") + numbers("TTL") + strings("IP NS CNAME PTR")
        + [
          ("TXTs", .arrayOrNull(.string)),
          (
            "SOA",
            .object(strings("MName RName") + numbers("serial refresh retry expire minimum"))
          ),
          ("SRV", .object(numbers("priority weight port") + strings("name"))),
          ("MX", .object(numbers("preference") + strings("name"))),
          ("OPT", .array(.object(strings("code data")))),
          ("URI", .object(numbers("priority weight") + strings("target"))),
        ] + strings("TXT"))

    private static let query = Kind.object(strings("query query_type query_class"))

    static let dnsQuestions: Argument = (
      "dns_questions", "[]trace.DnsQueryData", .array(query)
    )

    static let dnsResponse: Argument = (
      "dns_response", "[]trace.DnsResponseData",
      .array(
        .object([
          ("query_data", query),
          (
            "dns_answer",
            .array(
              .object(strings("answer_type") + numbers("ttl") + strings("answer")))
          ),
        ]))
    )

    static let http: Argument = (
      "proto_http", "trace.ProtoHTTP",
      .object(
        strings("direction method protocol host uri_path status") + numbers("status_code")
          + fieldsAndLength)
    )

    static let httpRequest: Argument = (
      "http_request", "trace.ProtoHTTPRequest",
      .object(strings("method protocol host uri_path") + fieldsAndLength)
    )

    static let httpResponse: Argument = (
      "http_response", "trace.ProtoHTTPResponse",
      .object(
        strings("status") + numbers("status_code") + strings("protocol") + fieldsAndLength)
    )

    private static let fieldsAndLength: [(String, Kind)] = [
      ("headers", .texts), ("content_length", .signedNumber),
    ]
  }

  static func strings(_ names: String) -> [(String, Kind)] {
    names.split(separator: " ").map { (String($0), .string) }
  }
}
