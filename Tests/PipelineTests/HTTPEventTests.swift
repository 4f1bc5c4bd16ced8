// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

/// Heads in segments, from the record to the line.
@Suite struct HTTPEventTests {
  static let plan = TracePlan(
    policies: ["http"],
    rules: [
      PlanRule(policy: 0, event: .http), PlanRule(policy: 0, event: .httpRequest),
      PlanRule(policy: 0, event: .httpResponse),
    ])

  @Test func `a request gives a head and a request, and is no response`() throws {
    let packet = Self.segment("POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx=1")
    let (lines, counts) = try emit([SampleRecord(packet, row: [7])])
    #expect(lines.count == 2)
    #expect(lines[0].contains("\"eventId\":\"2009\",\"eventName\":\"net_packet_http\""))
    #expect(lines[0].contains("\"argsNum\":6,"))
    #expect(
      lines[0].hasSuffix(
        """
        {"name":"src_port","type":"u16","value":40020},{"name":"dst_port","type":"u16","value":80},\
        {"name":"proto_http","type":"trace.ProtoHTTP","value":{"direction":"request",\
        "method":"POST","protocol":"HTTP/1.1","host":"a","uri_path":"/form","status":"",\
        "status_code":0,"headers":{"Content-Length":["3"]},"content_length":3}},\
        {"name":"metadata","type":"trace.PacketMetadata","value":{"direction":"ingress"}}]}
        """))
    #expect(
      lines[1].hasSuffix(
        """
        "args":[{"name":"metadata","type":"trace.PktMeta","value":{"src_ip":"192.168.200.50",\
        "dst_ip":"70.42.73.30","src_port":40020,"dst_port":80,"protocol":6,"packet_len":94,\
        "iface":"any"}},{"name":"http_request","type":"trace.ProtoHTTPRequest","value":\
        {"method":"POST","protocol":"HTTP/1.1","host":"a","uri_path":"/form",\
        "headers":{"Content-Length":["3"]},"content_length":3}}]}
        """))
    #expect(counts.map(\.emitted) == [1, 1, 0])
    #expect(counts.map(\.rejected) == [0, 0, 1])
  }

  @Test func `a response gives a head and a response, on any port`() throws {
    let packet = Self.segment("HTTP/1.1 200 OK\r\n\r\n", from: 8123, to: 50000)
    let (lines, counts) = try emit([SampleRecord(packet, row: [7])])
    #expect(lines.count == 2)
    #expect(lines[1].contains("\"eventName\":\"net_packet_http_response\""))
    #expect(
      lines[1].hasSuffix(
        """
        {"name":"http_response","type":"trace.ProtoHTTPResponse","value":{"status":"200 OK",\
        "status_code":200,"protocol":"HTTP/1.1","headers":{},"content_length":-1}}]}
        """))
    #expect(counts.map(\.emitted) == [1, 0, 1])
  }

  @Test func `other data is no head, and a head whose end does not come is none`() throws {
    let (lines, counts) = try emit([
      SampleRecord(Self.segment("SSH-2.0-OpenSSH"), row: [1]),
      SampleRecord(Self.segment(""), row: [1]),
      SampleRecord(Self.segment("GET / HTTP/1.1\r\nHost: a"), row: [1]),
      SampleRecord(
        SamplePacket.ipv4(17, SamplePacket.udp(Array("GET / HTTP/1.1\r\n\r\n".utf8))), row: [1]),
    ])
    #expect(lines.isEmpty)
    #expect((counts[0].rejected, counts[0].incomplete, counts[0].submitted) == (1, 3, 4))
  }

  @Test func `a table shows the request and the status, and no bytes that steer a terminal`() throws
  {
    let (lines, _) = try emit(
      [
        SampleRecord(Self.segment("GET /\u{1b}[2Ja HTTP/1.1\r\n\r\n"), row: [1]),
        SampleRecord(Self.segment("HTTP/1.1 404 Not Found\r\n\r\n", after: 500), row: [1]),
      ], as: .table)
    #expect(lines[1].contains(" 192.168.200.50:40020 → 70.42.73.30:80 GET /?[2"))
    #expect(lines[2].contains(" 192.168.200.50:40020 → 70.42.73.30:80 404 Not"))
  }

  @Test(arguments: [1, 3, 7, 40, 300], [false, true])
  func `a head in several segments gives its events at the last, once`(size: Int, again: Bool)
    throws
  {
    let text = try #require(HTTPTests.request.split(separator: "\r\n\r\n").first) + "\r\n\r\n"
    var records: [SampleRecord] = []
    for start in stride(from: 0, to: text.utf8.count, by: size) {
      let part = String(decoding: Array(text.utf8)[start...].prefix(size), as: UTF8.self)
      var record = SampleRecord(Self.segment(part, after: start), row: [3])
      record.header.time += UInt64(start)
      records.append(record)
      if again { records.append(record) }
    }
    let (lines, counts) = try emit(records)
    let whole = try emit([SampleRecord(Self.segment(text), row: [3])]).lines
    #expect(lines.count == 2)
    for (line, other) in zip(lines, whole) {
      #expect(try event(line)["eventName"] as? String == event(other)["eventName"] as? String)
      let last = (text.utf8.count - 1) / size * size
      let (time, first) = (try event(line)["timestamp"], try event(other)["timestamp"])
      #expect(time as? Int == (first as? Int).map { $0 + last })
    }
    #expect(lines[0].suffix(700) == whole[0].suffix(700))
    #expect(counts[0].emitted == 1 && counts[0].submitted == records.count)
  }

  @Test func `heads in one segment give an event each, and one that is malformed is counted`()
    throws
  {
    let one = "GET /1 HTTP/1.1\r\n\r\n"
    let records = [
      SampleRecord(Self.segment(one + "HEAD /2 HTTP/1.0\r\n\r\n"), row: [1]),
      SampleRecord(Self.segment("GET / HTTP/1.1\r\nno colon\r\n\r\n", after: 900), row: [1]),
      SampleRecord(Self.segment(one, after: 90_000), row: [1]),
    ]
    let (lines, counts) = try emit(records)
    #expect(lines.count == 3)
    #expect((counts[0].emitted, counts[0].undecodable, counts[0].further) == (3, 1, 1))
    #expect(counts[0].faults[.badField] == 1)
    #expect(counts[0].submitted == records.count)
  }

  @Test func `what is wrong with a head is counted by its name, for events of its sort`() throws {
    let heads: [(String, DecodingFault)] = [
      ("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", .foldedField),
      ("GET / HTTP/1.1\r\nA : b\r\n\r\n", .badField),
      ("GET / HTTP/1.1\r\nA: \0\r\n\r\n", .badByte),
      ("GET / HTTP/2.0\r\n\r\n", .badStartLine),
      ("HTTP/1.1 200 OK\r\nContent-Length: z\r\n\r\n", .badContentLength),
      (
        "GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 200) + "\r\n",
        .tooManyFields
      ),
    ]
    for (head, fault) in heads {
      let (lines, counts) = try emit([SampleRecord(Self.segment(head), row: [7])])
      #expect(lines.isEmpty)
      let isRequest = head.hasPrefix("GET")
      for (rule, isAsked) in [true, isRequest, !isRequest].enumerated() {
        #expect(counts[rule].faults[fault] == (isAsked ? 1 : 0), "\(fault)")
        #expect(counts[rule].undecodable == (isAsked ? 1 : 0))
        #expect(counts[rule].rejected == (isAsked ? 0 : 1))
      }
    }
  }

  @Test func `a head of a mebibyte is undecodable once, and what goes on with it is in no message`()
    throws
  {
    let text = "GET / HTTP/1.1\r\nA: \(String(repeating: "x", count: 1 << 20))\r\n\r\n"
    let bytes = Array(text.utf8)
    let records = stride(from: 0, to: bytes.count, by: 1400).map { start in
      let part = String(decoding: bytes[start...].prefix(1400), as: UTF8.self)
      return SampleRecord(Self.segment(part, after: start), row: [3])
    }
    let (lines, counts) = try emit(records)
    #expect(lines.isEmpty)
    #expect((counts[0].faults[.tooLong], counts[0].undecodable) == (1, 1))
    #expect(Int(counts[0].incomplete) == records.count - 1)
    #expect(Int(counts[0].submitted) == records.count)
  }

  private func event(_ line: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  /// - Parameter after: the bytes of the stream before it.
  static func segment(
    _ text: some StringProtocol, from: UInt16 = 40020, to: UInt16 = 80, after: Int = 0
  ) -> [UInt8] {
    SamplePacket.ipv4(
      6,
      SamplePacket.tcp(
        from: from, to: to, after: UInt32(after), dataOffset: 5, optionsAndData: Array(text.utf8)))
  }

  private func emit(
    _ records: [SampleRecord], as format: OutputFormat = .json
  ) throws -> (lines: [String], counts: [RuleCounts]) {
    try emitLines(records, by: Self.plan, as: format)
  }
}

/// Emits records by a plan into a file, and reads its lines and the counts of the rules.
func emitLines(
  _ records: [SampleRecord], by plan: TracePlan, undecided: [Undecided] = [],
  as format: OutputFormat = .json
) throws -> (lines: [String], counts: [RuleCounts]) {
  try withTemporaryFolder { folder in
    let path = folder + "/lines"
    let output = try Output(Destination(format, path: path), clock: BootClock(epochOffset: 0))
    var emitter = Emitter(outputs: [output])
    emitter.add(plan, undecided: undecided, generation: 1)
    for record in records {
      let bytes = record.bytes
      emitter.consume(bytes.bytes)
    }
    #expect(try emitter.outputs.finish() == .written)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    if format == .json {
      for line in lines { _ = try TracedEvent(line: Array(line.utf8)) }
    }
    return (lines.map(String.init), emitter.ruleCounts(generation: 1))
  }
}
