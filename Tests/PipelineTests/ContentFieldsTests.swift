// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// What a policy can ask about what packets say, compared with the catalog.
@Suite struct ContentFieldsTests {
  private static let request = HTTPEventTests.segment(HTTPTests.request)
  private static let response = HTTPEventTests.segment(HTTPTests.response)
  private static let query = SamplePacket.ipv6(
    17, SamplePacket.udp(from: 40000, to: 53, DNSEventTests.query))
  private static let answers = [DNSTests.response, PublishedDNS.messages[0].bytes].map {
    SamplePacket.ipv4(17, SamplePacket.udp(from: 53, to: 40000, $0))
  }

  @Test(
    arguments: [
      (.dns, answers + [query]), (.dnsRequest, [query]),
      (.dnsResponse, answers), (.http, [request, response]),
      (.httpRequest, [request]), (.httpResponse, [response]),
    ] as [(EventKind, [[UInt8]])])
  func `packets have every field that the catalog says their event has`(
    event: EventKind, packets: [[UInt8]]
  ) throws {
    var found: Set<PacketField> = []
    for packet in packets {
      var sample = SampleRecord(packet)
      sample.header.system_call = 1
      let subject = try subject(sample)
      #expect(subject.events.contains(event))
      let known = Set(subject.events.flatMap(\.fields))
      #expect(subject.fields.keys.filter { !known.contains($0) }.map(\.key) == [])
      found.formUnion(subject.fields.keys)
    }
    // The records of all sections are alike.
    let known = Set(found.map { alike($0.key) })
    let missing = event.fields.map { alike($0.key) }.filter { !known.contains($0) }
    #expect(Set(missing) == ["timestamp"])
  }

  @Test(
    arguments: [
      ("proto_dns.answers.MX.name", .text(.exact("mx.example.org")), true),
      ("proto_dns.answers.MX.name", .text(.exact("mx.example.com")), false),
      ("proto_dns.questions.name", .text(.prefix("example.")), true),
      (
        "proto_dns.answers.IP",
        .addresses(IPAddress(high: 0x2001_0db8 << 32, low: 1)...IPAddress(high: .max, low: .max)),
        true
      ),
      ("proto_dns.responseCode", .numbers(19...19), true),
      ("dns_response.dns_answer.answer", .text(.exact("ns")), true),
      ("dns_response.dns_answer.answer", .text(.exact("example.org")), true),
      ("dns_questions.query", .text(.exact("example.org")), false),
      ("metadata.packet_len", .numbers(0...1), false),
    ] as [(String, Operand, Bool)])
  func `a filter on a DNS message decides`(path: String, operand: Operand, holds: Bool) throws {
    #expect(try decide(path, operand, Self.answers[0]) == holds)
  }

  @Test(
    arguments: [
      ("proto_http.method", .text(.exact("GET")), true),
      ("proto_http.host", .text(.exact("example.org:8080")), true),
      ("proto_http.uri_path", .text(.exact("/a b/ü\"")), true),
      ("proto_http.headers", .member("X-Twice", .exact("two \"2\"")), true),
      ("proto_http.headers", .member("X-Twice", .exact("three")), false),
      ("proto_http.headers", .member("Host", .prefix("")), false),
      ("http_request.headers", .member("User-Agent", .prefix("curl")), true),
      ("metadata.dst_port", .numbers(80...80), true),
      ("metadata.protocol", .numbers(6...6), true),
      ("http_response.status_code", .numbers(0...999), false),
    ] as [(String, Operand, Bool)])
  func `a filter on a head decides`(path: String, operand: Operand, holds: Bool) throws {
    #expect(try decide(path, operand, Self.request) == holds)
  }

  private func alike(_ key: String) -> String {
    key.replacing(".authorities.", with: ".answers.").replacing(".additionals.", with: ".answers.")
  }

  private func decide(_ path: String, _ operand: Operand, _ packet: [UInt8]) throws -> Bool {
    let field = try #require(PacketField(rawValue: path))
    let undecided = Undecided(filters: [Clause(field, Condition(included: [operand]))])
    return undecided.hold(owner: nil, packet: try subject(SampleRecord(packet)))
  }

  private func subject(_ sample: SampleRecord) throws -> Packet {
    try sample.read { record, headers in
      let isDNS = headers.hasPortOfDNS
      return headers.subject(of: record, content: isDNS ? .dns : .http)
    }
  }
}
