// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// DNS messages in packets, from the record to the line.
@Suite struct DNSEventTests {
  static let query = SampleDNS.message(
    flags: 0x0100, counts: [1, 0, 0, 0], SampleDNS.question("example.org", 28))
  static let plan = TracePlan(
    policies: ["dns"],
    rules: [
      PlanRule(policy: 0, event: .dns), PlanRule(policy: 0, event: .dnsRequest),
      PlanRule(policy: 0, event: .dnsResponse),
    ])

  @Test func `a query gives a message and a request, and is no response`() throws {
    let packet = SamplePacket.ipv6(17, SamplePacket.udp(from: 40000, to: 53, Self.query))
    let (lines, counts) = try emit([SampleRecord(packet, row: [7])])
    #expect(lines.count == 2)
    #expect(
      lines[1].hasSuffix(
        """
        "args":[{"name":"metadata","type":"trace.PktMeta","value":{"src_ip":"2001:db8::1",\
        "dst_ip":"fe80::abcd","src_port":40000,"dst_port":53,"protocol":17,"packet_len":77,\
        "iface":"any"}},{"name":"dns_questions","type":"[]trace.DnsQueryData","value":\
        [{"query":"example.org","query_type":"AAAA","query_class":"IN"}]}]}
        """))
    #expect(lines[1].contains("\"eventId\":\"2007\",\"eventName\":\"net_packet_dns_request\""))
    #expect(lines[1].contains("\"argsNum\":2,"))
    #expect(lines[0].contains("\"argsNum\":6,"))
    #expect(
      lines[0].contains("{\"name\":\"proto_dns\",\"type\":\"trace.ProtoDNS\",\"value\":{\"ID\":1,"))
    #expect(
      lines[0].hasSuffix(
        "},{\"name\":\"metadata\",\"type\":\"trace.PacketMetadata\","
          + "\"value\":{\"direction\":\"ingress\"}}]}"))
    #expect(counts.map(\.emitted) == [1, 1, 0])
    #expect(counts.map(\.rejected) == [0, 0, 1])
  }

  @Test func `over TCP the message comes after its length`() throws {
    let response = PublishedDNS.messages[1].bytes
    let data = SamplePacket.big(UInt16(response.count)) + response
    let segment = SamplePacket.tcp(from: 53, to: 40000, dataOffset: 5, optionsAndData: data)
    let (lines, counts) = try emit([SampleRecord(SamplePacket.ipv4(6, segment), row: [7])])
    #expect(lines.count == 2)
    #expect(lines[0].contains(PublishedDNS.messages[1].json))
    #expect(lines[1].contains("\"answer\":\"200.147.100.53\""))
    #expect(lines[1].contains("\"protocol\":6,"))
    #expect(counts.map(\.emitted) == [1, 0, 1])
  }

  @Test func `a segment without data and another port are no DNS; a message cut off is counted`()
    throws
  {
    let empty = SamplePacket.tcp(from: 53, to: 40000, dataOffset: 5, optionsAndData: [])
    let elsewhere = SamplePacket.udp(from: 40000, to: 54, Self.query)
    let cut = SamplePacket.udp(from: 40000, to: 53, Array(Self.query.dropLast()))
    let tcp = SamplePacket.tcp(to: 53, dataOffset: 5, optionsAndData: [0, 40] + Self.query)
    let (lines, counts) = try emit([
      SampleRecord(SamplePacket.ipv4(6, empty), row: [1]),
      SampleRecord(SamplePacket.ipv4(17, elsewhere), row: [1]),
      SampleRecord(SamplePacket.ipv4(17, cut), row: [1]),
      SampleRecord(SamplePacket.ipv4(6, tcp), row: [1]),
    ])
    #expect(lines.isEmpty)
    #expect((counts[0].rejected, counts[0].undecodable, counts[0].incomplete) == (1, 1, 2))
    #expect(counts[0].faults[.pastEnd] == 1)
  }

  @Test func `what is wrong with a message is counted by its name, for events of its sort`() throws
  {
    let name = SampleDNS.message(flags: 0, counts: [1, 0, 0, 0], [0xc0, 12, 0, 1, 0, 1])
    let count = SampleDNS.message(flags: 0x8000, counts: [0, 7, 0, 0], [])
    let data = SampleDNS.message(
      flags: 0x8000, counts: [0, 1, 0, 0], SampleDNS.record("a", 1, 1, [1, 2]))
    for (message, fault, isRequest) in [
      (name, .badName, true), (count, .badCount, false), (data, .badData, false),
    ] as [([UInt8], DecodingFault, Bool)] {
      let datagram = SamplePacket.ipv4(17, SamplePacket.udp(from: 40000, to: 53, message))
      let segment = SamplePacket.tcp(
        to: 53, dataOffset: 5, optionsAndData: SamplePacket.big(UInt16(message.count)) + message)
      for packet in [datagram, SamplePacket.ipv6(6, segment)] {
        let (lines, counts) = try emit([SampleRecord(packet, row: [7])])
        #expect(lines.isEmpty)
        for (rule, isAsked) in [true, isRequest, !isRequest].enumerated() {
          #expect(counts[rule].faults[fault] == (isAsked ? 1 : 0), "\(fault)")
          #expect(counts[rule].undecodable == (isAsked ? 1 : 0))
          #expect(counts[rule].rejected == (isAsked ? 0 : 1))
        }
      }
    }
  }

  @Test(
    arguments: [[0, 0], [0, 5], [0, 5, 1], [0, 11] + [UInt8](repeating: 0, count: 11)] as [[UInt8]])
  func `over TCP a length that no message has is undecodable`(bytes: [UInt8]) throws {
    let segment = SamplePacket.tcp(to: 53, dataOffset: 5, optionsAndData: bytes)
    let (lines, counts) = try emit([SampleRecord(SamplePacket.ipv4(6, segment), row: [1])])
    #expect(lines.isEmpty)
    #expect((counts[0].faults[.tooShort], counts[0].undecodable, counts[0].submitted) == (1, 1, 1))
  }

  @Test func `what cannot be read is undecodable whatever a filter asks of it, and not refused`()
    throws
  {
    let plan = TracePlan(policies: ["p"], rules: [PlanRule(policy: 0, event: .dns)])
    func undecided(_ path: StaticString, _ text: String) -> Undecided {
      Undecided(filters: [
        Clause(PacketField(path), Condition(included: [.text(.suffix(text))]))
      ])
    }
    let name: StaticString = "proto_dns.questions.name"
    let bad = SampleDNS.message(flags: 0, counts: [1, 0, 0, 0], [0xc0, 12, 0, 1, 0, 1])
    for (message, clause, undecodable) in [
      (bad, undecided(name, ".org"), 1), (Self.query, undecided(name, ".com"), 0),
      (bad, undecided("metadata.iface", "eth0"), 0),
    ] as [([UInt8], Undecided, UInt64)] {
      let packet = SamplePacket.ipv4(17, SamplePacket.udp(from: 40000, to: 53, message))
      let (lines, counts) = try emitLines([SampleRecord(packet)], by: plan, undecided: [clause])
      #expect(lines.isEmpty)
      #expect((counts[0].undecodable, counts[0].rejected) == (undecodable, 1 - undecodable))
      #expect(counts[0].submitted == 1)
    }
  }

  @Test func `over TCP several messages can be in a segment, and one in several`() throws {
    let message = SamplePacket.big(UInt16(Self.query.count)) + Self.query
    let stream = message + message + message
    let places = [0..<1, 1..<message.count + 9, message.count + 9..<stream.count]
    let records = places.map { place in
      let segment = SamplePacket.tcp(
        to: 53, after: UInt32(place.lowerBound), dataOffset: 5, optionsAndData: Array(stream[place])
      )
      return SampleRecord(SamplePacket.ipv6(6, segment), row: [7])
    }
    let (lines, counts) = try emit(records)
    #expect(lines.count == 6)
    #expect(counts.map(\.emitted) == [3, 3, 0])
    #expect(counts.map(\.incomplete) == [1, 1, 1])
    #expect(counts.map(\.further) == [1, 1, 1])
    #expect(counts.map(\.submitted) == [3, 3, 3])
  }

  @Test(arguments: [(5353, 5353, true), (5355, 40000, true), (40000, 53, true), (5354, 1, false)])
  func `these ports are those of DNS`(from: UInt16, to: UInt16, isDNS: Bool) throws {
    let packet = SamplePacket.ipv4(17, SamplePacket.udp(from: from, to: to, Self.query))
    #expect(try emit([SampleRecord(packet, row: [1])]).lines.count == (isDNS ? 1 : 0))
  }

  @Test func `a table shows what is asked and what came of it`() throws {
    let query = SamplePacket.udp(from: 40000, to: 53, Self.query)
    let response = SamplePacket.udp(from: 53, to: 40000, PublishedDNS.messages[2].bytes)
    let (lines, _) = try emit(
      [
        SampleRecord(
          SamplePacket.ipv4(17, query, source: [10, 0, 0, 1], destination: [8, 8, 8, 8]), row: [1]),
        SampleRecord(
          SamplePacket.ipv4(17, response, source: [8, 8, 8, 8], destination: [10, 0, 0, 1]),
          row: [1]),
      ], as: .table)
    #expect(lines[1].contains("10.0.0.1:40000 → 8.8.8.8:53 query AAAA example"))
    #expect(lines[2].contains("8.8.8.8:53 → 10.0.0.1:40000 response AAAA ama"))
  }

  private func emit(
    _ records: [SampleRecord], as format: OutputFormat = .json
  ) throws -> (lines: [String], counts: [RuleCounts]) {
    try emitLines(records, by: Self.plan, as: format)
  }
}
