// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// What the programs take a payload for.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading BPF needs root"))
struct ContentTests {
  private static let host = IPAddress(ipv4: 0x7f00_0001)
  private static let host6 = IPAddress(high: 0, low: 1)
  private static let plan = TracePlan(
    policies: ["all"], rules: EventKind.allCases.map { PlanRule(policy: 0, event: $0) })
  private static let head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
  private static let beginnings = [
    "GET /", "GET", "GET\r", "get /", "HEAD /", "HEADER", "POST /", "POST", "PUT /", "PUTS",
    "DELETE ",
    "DELETE", "CONNECT a", "CONNECTa", "OPTIONS *", "OPTIONSX", "TRACE /", "PATCH /", "PATCH",
    "HTTP/1.1 200", "HTTP/1.", "HTTP/2.0", "SSH-2.0", "", "G", "PRI * HTTP/2.0", "GET ", "PUT ",
  ].map { Array($0.utf8) }

  @Test func `the kernel and user space take the same packets for the same messages`() throws {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let test = try PacketTest(KernelTables(Self.plan, generation: 1))
    var found: Set<EventKind> = []
    for round in 0..<6_000 {
      let ports: [UInt16] = [53, 5353, 5355, 80, 54, 35000]
      let host = round % 2 == 0 ? Self.host : Self.host6
      var forged = PacketForge(
        PacketSketch(
          Bool.random(using: &random) ? .tcp : .udp, from: host, to: host,
          ports: (random.pick(ports), random.pick(ports))))
      var payload = Self.beginnings.randomElement(using: &random) ?? []
      if Bool.random(using: &random) {
        let count = Int.random(in: 0...6, using: &random)
        payload = (0..<count).map { _ in .random(in: 0...255, using: &random) }
      }
      let count = Int.random(in: 0...3, using: &random)
      payload += (0..<count).map { _ in .random(in: 11...255, using: &random) }
      forged.bytes += payload
      _ = try test.run(TP_EGRESS, forged.bytes)
      let seen = PacketHeaders(forged.bytes.span.bytes)
      let headers = try #require(seen)
      let content = PacketContent(headers, forged.bytes.span.bytes)
      let expected = headers.shape.events.union(content.events)
      found.formUnion(expected)
      var records = 0
      try test.consume { bytes in
        records += 1
        guard let record = RecordReader(bytes) else { return true }
        var actual: Set<EventKind> = []
        record.row.forEachRule { actual.insert(EventKind.allCases[$0]) }
        #expect(actual == expected, "seed \(seed), bytes \(forged.bytes)")
        return true
      }
      #expect(records == 1)
    }
    #expect(found.isSuperset(of: EventKind.allCases.filter { $0.contentProtocol != nil }))
  }

  @Test func `a message is captured whole, and without a rule that asks for it only headers are`()
    throws
  {
    var generation: UInt32 = 1
    var test = try PacketTest(KernelTables(Self.plan, generation: generation))
    for (transport, port, length) in [
      (PacketSketch.Transport.udp, UInt16(53), 100), (.udp, 5353, 1_000), (.tcp, 53, 3_000),
    ] {
      let payload = [UInt8](repeating: 0, count: length)
      let bytes = try capture(&test, &generation, transport, port, payload, as: .dns)
      #expect(bytes.count == length + (transport == .tcp ? 40 : 28))
      let headers = try capture(
        &test, &generation, transport, port, payload, as: transport == .tcp ? .tcp : .udp)
      #expect(headers.count == 128)
    }
  }

  @Test func `of a segment that begins with a head, so much is captured that its end is there`()
    throws
  {
    var generation: UInt32 = 1
    var test = try PacketTest(KernelTables(Self.plan, generation: generation))
    let start = "GET / HTTP/1.1\r\nHost: a\r\n"
    // With the headers, the field and the empty line, 70 bytes are more than the filling.
    #expect(start.utf8.count == 25)
    for (filling, size) in [(0, 128), (128 - 70, 128), (128 - 70 + 1, 512), (2_000, 4096)] {
      let field = filling == 0 ? "" : "x:\(String(repeating: "y", count: filling - 1))\r\n"
      let head = start + field + "\r\n"
      for ending in [head, head.replacing("\r\n", with: "\n")] {
        let body = [UInt8](repeating: 0, count: 3_300 - ending.utf8.count)
        let whole = Array(ending.utf8) + body
        let bytes = try capture(&test, &generation, .tcp, 80, whole, as: .http)
        let payload = Array(bytes.dropFirst(40))
        let isRead = HTTPHead(payload.span.bytes) != nil
        #expect(isRead)
        if ending == head { #expect(bytes.count == min(size, 3_340)) }
        #expect(
          try capture(&test, &generation, .tcp, 80, whole, as: .tcp).count == 128)
      }
    }
  }

  @Test func `the end of a head is found wherever it is, and only there`() throws {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let plan = TracePlan(policies: ["p"], rules: [PlanRule(policy: 0, event: .http)])
    let test = try PacketTest(KernelTables(plan, generation: 1))
    // Where one more byte takes a larger record, and where chunks and their steps end.
    let places = [88, 472, 984, 64, 512, 1_024, 1_536, 2_048]
    var captures: Set<Int> = []
    for _ in 0..<1_500 {
      let blank = random.pick(["", "", "\n", "\r\n", "\r\n\r\n"])
      var payload = Array("\(blank)GET /".utf8)
      // Bytes that are nearly a newline or a return, few or many of them.
      let rarity = random.pick([2, 8, 40, 400])
      let bytes = Array("\n\r\u{b}\u{c}\u{0}\u{1}\t".utf8) + [0x8a, 0x8d, 0xff]
      let length = Int.random(in: 0...random.pick([80, 600, 3_200]), using: &random)
      while payload.count < length {
        payload.append(Int.random(in: 0..<rarity, using: &random) == 0 ? random.pick(bytes) : 0xe9)
      }
      let place = random.pick(places) + .random(in: -5...5, using: &random)
      if place + 4 <= payload.count, place > blank.utf8.count + 5 {
        payload.replaceSubrange(
          place..<place + 4, with: random.pick(["\r\n\r\n", "a\n\r\n", "aa\n\n"]).utf8)
      }
      if Bool.random(using: &random) { payload += random.pick(["\r\n\r\n", "\n\n"]).utf8 }
      var forged = PacketForge(PacketSketch(.tcp, ports: (40000, 80)))
      let headers = forged.bytes.count
      forged.bytes += payload
      _ = try test.run(TP_EGRESS, forged.bytes)
      var captured = 0
      try test.consume { record in
        if let reader = RecordReader(record) { captured = reader.packet.byteCount }
        return true
      }
      let end = Self.endOfHead(payload, from: blank.utf8.count)
      // Behind the head nothing but empty lines can be of another one.
      let blanks = end.map { payload[$0...].prefix { $0 == 10 || $0 == 13 }.count } ?? 0
      let needed = headers + (end ?? payload.count) + blanks
      let capture = [128, 512, 1_024, 4_096].first { needed <= $0 } ?? 0
      #expect(
        captured == min(capture, forged.bytes.count), "seed \(seed), payload \(payload)")
      captures.insert(captured)
    }
    #expect(captures.isSuperset(of: [128, 512, 1_024]))
  }

  @Test func `what is left out of a segment holds no head, whatever its heads say`() throws {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let plan = TracePlan(policies: ["p"], rules: [PlanRule(policy: 0, event: .http)])
    let test = try PacketTest(KernelTables(plan, generation: 1))
    var (left, several) = (0, 0)
    for round in 0..<6_000 {
      var messages = MessageForge()
      for _ in 0..<Int.random(in: 1...4, using: &random) { messages.add(&random) }
      let payload = Array(messages.bytes.prefix(3_800))
      var forged = PacketForge(PacketSketch(.tcp, ports: (40000, 80)))
      let headers = forged.bytes.count
      forged.bytes += payload
      _ = try test.run(TP_EGRESS, forged.bytes)
      let expected = Self.heads(payload[...], missing: 0)
      var found: [[UInt8]] = []
      try test.consume { record in
        guard let reader = RecordReader(record) else { return true }
        let taken = reader.packet.byteCount - headers
        found = Self.heads(payload.prefix(taken), missing: payload.count - taken)
        if taken < payload.count { left += 1 }
        return true
      }
      #expect(
        found == expected,
        "seed \(seed), round \(round): \(String(decoding: payload, as: UTF8.self).debugDescription)"
      )
      if expected.count > 1 { several += 1 }
    }
    #expect(left > 100 && several > 3_000, "\(left), \(several)")
  }

  /// The heads that user space finds in a segment that begins with one.
  private static func heads(_ payload: ArraySlice<UInt8>, missing: Int) -> [[UInt8]] {
    let bytes = Array(payload)
    let key = StreamKey(
      source: host, destination: host, sourcePort: 40000, destinationPort: 80, place: 2)
    var heads: [[UInt8]] = []
    Streams(Streams.Limits(flows: 8), isSparse: true).feed(
      StreamSegment(key, sequence: 1, time: 1, missing: missing), bytes.span.bytes, .http
    ) { head in
      heads.append((0..<head.byteCount).map { head.byte($0) })
    }
    return heads
  }

  private static func endsHead(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.suffix(2) == [10, 10] || bytes.suffix(3) == [10, 13, 10]
  }

  private static func endOfHead(_ payload: [UInt8], from start: Int) -> Int? {
    for end in payload.indices
    where payload[end] == 10 && endsHead(payload[start...max(start, end)]) {
      return end + 1
    }
    return nil
  }

  /// What is captured of a packet, which can be no longer than a page here, for a rule for an event.
  private func capture(
    _ test: inout PacketTest, _ generation: inout UInt32, _ transport: PacketSketch.Transport,
    _ port: UInt16,
    _ payload: [UInt8], as event: EventKind
  ) throws -> [UInt8] {
    var forged = PacketForge(PacketSketch(transport, ports: (40000, port)))
    forged.bytes += payload
    let plan = TracePlan(policies: ["p"], rules: [PlanRule(policy: 0, event: event)])
    generation += 1
    try test.install(KernelTables(plan, generation: generation))
    _ = try test.run(TP_EGRESS, forged.bytes)
    var bytes: [UInt8] = []
    try test.consume { record in
      if let reader = RecordReader(record) {
        bytes = reader.packet.withUnsafeBytes { Array($0) }
      }
      return true
    }
    return bytes
  }
}

/// Messages of HTTP whose fields say nearly what a reader looks for.
private struct MessageForge {
  /// After the first head it is certain where the next begins.
  private(set) var bytes = Array("GET /first HTTP/1.1\r\n\r\n".utf8)

  private static let starts = [
    "GET / HTTP/1.1", "POST /a HTTP/1.1", "HEAD / HTTP/1.0", "PUT  /b  HTTP/1.1 ",
    "HTTP/1.1 200 OK", "HTTP/1.1 204 No", "HTTP/1.0 304 x", "HTTP/1.1 100 Continue",
    "HTTP/1.1  404 No", "HTTP/1.1 2x0 OK", "BREW /pot HTTP/1.1", "HTTP/1.1 101 Switching",
  ]
  private static let names = [
    "Content-Length", "content-length", "CONTENT-LENGTH", "Content-Length ", "Content-Length\t",
    "Content\rLength", "Content_Length", "Content-Lengt", "Content-Lengthy", " Content-Length",
    "Transfer-Encoding", "transfer-encoding", "Transfer-Encoding ", "Transfer\rEncoding",
    "Transfer-Encodin", "X-Transfer-Encoding", "Host", "Cookie", "TE",
  ]
  private static let bodies = [
    "", "G", "x", "GET /body HTTP/1.1\r\n\r\n", "\r\n", "HTTP/1.1 200 OK\r\n\r\n", "5\r\n",
    String(repeating: "y", count: 300),
  ]

  /// Adds a message, and perhaps not the body that it says.
  mutating func add(_ random: inout SplitMix) {
    let line = random.pick(["\r\n", "\r\n", "\r\n", "\n"])
    let body = random.pick(Self.bodies)
    let count = body.utf8.count
    let size = String(count, radix: 16)
    bytes += Array("\(random.pick(["", "", "", line]))\(random.pick(Self.starts))\(line)".utf8)
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let values = [
        "\(count)", "\(count)", " \(count)", "\(count) ", "0\(count)", "\(count), \(count)",
        "\(count)x",
        "+\(count)", "", "\(count)\(line) 0", "\(line) \(count)", "999999999999999999999",
        "9223372036854775807", "\t\t\(count)\t",
        "          \(count)", "chunked", " Chunked ", "chunked, x", "gzip, chunked", "xchunked",
        "chunked;q=1", "identity", "chunked\(line) ,x",
        String(repeating: " ", count: 90) + "\(count)",
        String(repeating: "z", count: 200),
      ]
      bytes += Array("\(random.pick(Self.names)):\(random.pick(values))\(line)".utf8)
    }
    bytes += Array(line.utf8)
    let sizes = [
      "\(size)\(line)", "\(size);x=\"y\"\(line)", "0\(size) \(line)", "\(size)x\(line)", "",
    ]
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes += Array(body.utf8)
    case 1:
      bytes += Array("\(random.pick(sizes))\(body)\(line)".utf8)
      bytes += Array("0\(line)\(random.pick(["", "A: b\(line)"]))\(line)".utf8)
    default: break
    }
  }
}
