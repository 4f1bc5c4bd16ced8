// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import TestSupport
import Testing

@testable import Pipeline

@Suite struct DNSTests {
  /// Every type whose data events show, with names that are compressed.
  static let response = SampleDNS.message(
    id: 7, flags: 0x8583, counts: [1, 11, 0, 1],
    SampleDNS.question("example.org", 255)
      + pointed(2, SampleDNS.name("ns")) + pointed(12, [0xc0, 12])
      + pointed(15, [0, 10, 2] + Array("mx".utf8) + [0xc0, 12])
      + pointed(16, [3] + Array("a\"b".utf8) + [0] + [2, 0xff, 0x01])
      + pointed(28, [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1])
      + pointed(33, [0, 1, 0, 2, 0x1f, 0x90] + SampleDNS.name("srv.example"))
      + pointed(256, [0, 3, 0, 4] + Array("ftp://x/".utf8))
      + pointed(65, [0, 1, 0, 0, 1, 0, 3, 2] + Array("h2".utf8))
      + pointed(64, [0, 0] + SampleDNS.name("pool.example"))
      + pointed(257, [0, 5] + Array("issueca.example".utf8)) + pointed(4711, [])
      + SampleDNS.record(
        "", 41, class: 1232, 0x0100_8000,
        [0, 10, 0, 2, 0xab, 0x01, 0, 3, 0, 2] + Array("hi".utf8)))

  @Test(arguments: PublishedDNS.messages.indices)
  func `a published message is written byte by byte`(index: Int) throws {
    let (bytes, json) = PublishedDNS.messages[index]
    #expect(try written(bytes) { $1.append($0) } == json)
  }

  @Test func `every type's data is shown, and only where it belongs`() throws {
    let text = try written(Self.response) { $1.append($0) }
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["responseCode"] as? String == "badmode", "3 and 1 above it: 19")
    #expect((object["AA"] as? Int, object["Z"] as? Int, object["RA"] as? Int) == (1, 0, 1))
    let answers = try #require(object["answers"] as? [[String: Any]])
    #expect(
      answers.map { $0["type"] as? String } == [
        "NS", "PTR", "MX", "TXT", "AAAA", "SRV", "URI", "HTTPS", "SVCB", "CAA", "Unknown",
      ])
    #expect(answers.allSatisfy { $0["name"] as? String == "example.org" })
    #expect(answers.map { $0["NS"] as? String } == ["ns"] + [String](repeating: "", count: 10))
    #expect(answers[1]["PTR"] as? String == "example.org")
    #expect(answers[2]["MX"] as? NSDictionary == ["preference": 10, "name": "mx.example.org"])
    #expect(answers[3]["TXTs"] as? [String] == ["a\"b", "", "\u{fffd}\u{1}"])
    #expect(answers[3]["TXT"] as? String == "a\"b\u{fffd}\u{1}")
    #expect(answers[2]["TXTs"] is NSNull)
    #expect(answers[4]["IP"] as? String == "2001:db8::1")
    #expect(
      answers[5]["SRV"] as? NSDictionary
        == ["priority": 1, "weight": 2, "port": 8080, "name": "srv.example"])
    #expect(
      answers[6]["URI"] as? NSDictionary == ["priority": 3, "weight": 4, "target": "ftp://x/"])
    let additionals = try #require(object["additionals"] as? [[String: Any]])
    #expect(
      additionals[0]["OPT"] as? [NSDictionary]
        == [["code": "Cookie", "data": "ab01"], ["code": "NSID", "data": "hi"]])
    #expect((additionals[0]["TTL"] as? Int, additionals[0]["class"] as? String) == (0, "Unknown"))
  }

  @Test func `requests and responses are shown by their questions and answers`() throws {
    let query = SampleDNS.message(
      flags: 0x0100, counts: [2, 0, 0, 0],
      SampleDNS.question("a.example", 1) + SampleDNS.question("", 2, class: 255))
    #expect(
      try written(query) { $1.append(queriesOf: $0) } == """
        [{"query":"a.example","query_type":"A","query_class":"IN"},\
        {"query":"","query_type":"NS","query_class":"Any"}]
        """)
    #expect(
      try written(PublishedDNS.messages[1].bytes) { $1.append(responsesOf: $0) } == """
        [{"query_data":{"query":"www.zip.net","query_type":"A","query_class":"IN"},\
        "dns_answer":[{"answer_type":"CNAME","ttl":300,"answer":"amazonas.uol.com.br"},\
        {"answer_type":"A","ttl":60,"answer":"200.147.100.53"}]}]
        """)
    let multicast = SampleDNS.message(
      flags: 0x8400, counts: [0, 1, 0, 0], SampleDNS.record("tv.local", 1, 120, [10, 0, 0, 9]))
    #expect(
      try written(multicast) { $1.append(responsesOf: $0) } == """
        [{"query_data":{"query":"","query_type":"Unknown","query_class":"Unknown"},\
        "dns_answer":[{"answer_type":"A","ttl":120,"answer":"10.0.0.9"}]}]
        """)
  }

  @Test func `bytes of a name that are not printable are numbers`() throws {
    let name: [UInt8] = [8] + Array("a.b\\\" c".utf8) + [0x7f] + [2, 0xc3, 0xa4] + [0]
    let query = SampleDNS.message(flags: 0, counts: [1, 0, 0, 0], name + [0, 1, 0, 1])
    let text = try written(query) { $1.append(queriesOf: $0) }
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: String]]
    #expect(object?.first?["query"] == #"a\.b\\" c\127.\195\164"#)
  }

  /// A record of the name at the twelfth byte.
  private static func pointed(_ type: UInt16, _ data: [UInt8]) -> [UInt8] {
    [0xc0, 12] + SamplePacket.big(type) + [0, 1, 0, 0, 0, 60]
      + SamplePacket.big(UInt16(data.count)) + data
  }

  private struct NoMessage: Error {}

  private func written(
    _ bytes: [UInt8], _ write: (borrowing DNSMessage, inout LineBuffer) -> Void
  ) throws -> String {
    guard let message = DNSMessage(bytes.bytes) else { throw NoMessage() }
    var line = LineBuffer()
    write(message, &line)
    return String(decoding: line.copy, as: UTF8.self)
  }
}
