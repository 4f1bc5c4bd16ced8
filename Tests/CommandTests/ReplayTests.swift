// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

/// `replay` as a user runs it.
struct ReplayTests {
  /// A datagram over IPv4.
  static func datagram(to port: UInt8, _ source: UInt8 = 1) -> [UInt8] {
    [0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, source, 10, 0, 0, 9]
      + [0x9c, 0x40, 0, port, 0, 12, 0, 0, 1, 2, 3, 4]
  }

  static let frames = [datagram(to: 53), datagram(to: 80, 2), datagram(to: 80, 3)]

  private func replay(
    _ capture: [UInt8], _ arguments: String..., name: String = "a.pcap"
  ) async throws -> Outcome {
    try await withFile(capture, name) {
      try await outcome(of: [Tracer.path, "replay", $0] + arguments)
    }
  }

  private func withFile<Result>(
    _ bytes: [UInt8], _ name: String, _ body: (String) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: name)
    try Data(bytes).write(to: file)
    return try await body(file.path)
  }

  private func events(_ outcome: Outcome) throws -> [TracedEvent] {
    try outcome.output.split(separator: "\n").map { try TracedEvent(line: Array($0.utf8)) }
  }

  @Test func `the events of a capture are those of its packets, with its times`() async throws {
    let replayed = try await replay(
      SampleCapture().pcap(Self.frames), "-o", "json", "-e", "net_packet_udp.data.dst_port=80")
    #expect(replayed.ending == .exited(0), "\(replayed.errors)")
    let events = try events(replayed)
    #expect(events.map(\.source) == ["10.0.0.2", "10.0.0.3"])
    #expect(events.map(\.timestamp) == [1_000_001_000, 2_000_002_000])
    #expect(events.allSatisfy { $0.hostProcessID == 0 && $0.processName.isEmpty })
    #expect(replayed.errors.contains("frames 3: "))
    #expect(replayed.errors.contains("unwanted 1, wanted 2; events 2, "))
    #expect(!replayed.errors.contains("warning"))
  }

  @Test func `a pipe that cannot be made is not an output that cannot be opened`() async throws {
    try await withFile(SampleCapture().pcap(Self.frames), "a.pcap") { file in
      // The capture is the fourth that is open, and a pipe is two.
      let script = "ulimit -n 5; exec \"$0\" replay \"$1\" -e net_packet_udp -o \"json:$1.json\""
      let replayed = try await outcome(of: ["sh", "-c", script, Tracer.path, file])
      #expect(replayed.ending == .exited(2))
      #expect(
        replayed.errors.hasSuffix(
          "\ntracee-policy: cannot start writing to '\(file).json': Too many open files; "
            + "raise the limit of open files (ulimit -n)\n"), "\(replayed.errors)")
    }
  }

  @Test func `standard input is read, and gzip inflated`() async throws {
    try await withFile(SampleCapture(isBig: true).pcap(Self.frames), "a.pcap") { file in
      let script = "gzip -c \"$1\" | \"$0\" replay - -o json -e net_packet_ipv4 --count 2"
      let replayed = try await outcome(of: ["sh", "-c", script, Tracer.path, file])
      #expect(replayed.ending == .exited(0), "\(replayed.errors)")
      #expect(try events(replayed).count == 2)
    }
  }

  @Test func `rules that ask for an owner match nothing, and are named once`() async throws {
    let policies = """
      {type: policy, name: of-curl, scope: ["comm=curl"], rules: [{event: net_packet_udp}]}
      ---
      {type: policy, name: not-of-root, scope: ["uid!=0"], rules: [{event: net_packet_udp}]}
      ---
      {type: policy, name: all, scope: [global], rules: [{event: net_packet_udp, filters: [data.dst_port=53]},
      {event: net_packet_ipv4, filters: [data.src=10.0.0.3, comm=dig]}]}
      """
    try await withFile(SampleCapture().pcap(Self.frames), "a.pcap") { capture in
      try await withFile(Array(policies.utf8), "a.yaml") { file in
        let replayed = try await outcome(
          of: [Tracer.path, "replay", capture, "-p", file, "-o", "json"])
        #expect(try events(replayed).map(\.matchedPolicies) == [["all"]])
        let warnings = replayed.errors.split(separator: "\n").filter { $0.contains("warning: a ") }
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("'of-curl', 'not-of-root', 'all'") ?? false)
      }
    }
  }

  @Test func `which way packets went is taken from the capture, or said not to be known`()
    async throws
  {
    let sample = SampleCapture()
    let start = sample.section + sample.interface()
    let known =
      start + sample.packet(Self.frames[0], flags: 2) + sample.packet(Self.frames[1], flags: 1)
    let arguments = ["-o", "json", "-e", "net_packet_udp.data.metadata.direction=egress"]
    let one = try await replay(known, arguments[0], arguments[1], arguments[2], arguments[3])
    #expect(try events(one).map(\.source) == ["10.0.0.1"])
    #expect(!one.errors.contains("warning"))
    let other = try await replay(
      known + sample.packet(Self.frames[2]), arguments[0], arguments[1], arguments[2],
      arguments[3])
    #expect(try events(other).map(\.source) == ["10.0.0.1"])
    #expect(other.errors.contains("does not record the direction of 1 packets"))
  }

  /// A segment of TCP over IPv4.
  private static func segment(to port: UInt8, at place: Int, _ payload: some Sequence<UInt8>)
    -> [UInt8]
  {
    let payload = Array(payload)
    let length = 40 + payload.count
    return [0x45, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 1, 0, 0, 64, 6, 0, 0]
      + [10, 0, 0, 1, 10, 0, 0, 9, 0x9c, 0x40, 0, port, 0, 0, 0, UInt8(place), 0, 0, 0, 1]
      + [0x50, 0x18, 1, 0, 0, 0, 0, 0] + payload
  }

  static let head = Array("GET /a/b HTTP/1.1\r\nHost: name.test\r\n\r\n".utf8)
  /// With its length before it.
  static let query: [UInt8] =
    [0, 21, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3] + Array("www".utf8) + [0, 0, 1, 0, 1]

  /// A head and a query of DNS in several segments, in another order and with one that comes twice.
  static let segments = [
    segment(to: 80, at: 1, head[..<10]), segment(to: 53, at: 1, query[..<5]),
    segment(to: 80, at: 31, head[30...]), segment(to: 80, at: 31, head[30...]),
    segment(to: 80, at: 11, head[10..<30]), segment(to: 53, at: 6, query[5...]),
  ]

  @Test func `a message whose end is not in the capture is told of`() async throws {
    let records = Self.segments.dropLast().enumerated().flatMap {
      SampleCapture().record($1, units: UInt32($0))
    }
    let replayed = try await replay(
      SampleCapture().pcap([]) + records, "-o", "json", "-e", "net_packet_dns_request")
    #expect(try events(replayed).isEmpty)
    #expect(
      replayed.errors.contains("lost 0, incomplete 1; messages over segments: waiting 1\n"),
      "\(replayed.errors)")
  }

  /// As a filter of tcpdump leaves it that takes only segments which begin with GET.
  @Test func `heads without what is between them are given as they come`() async throws {
    let sample = SampleCapture()
    let records = (0..<5).flatMap { number in
      let head = "GET /\(number) HTTP/1.1\r\n\r\n"
      return sample.record(
        Self.segment(to: 80, at: 1 + 50 * number, head.utf8), units: UInt32(number))
    }
    let replayed = try await replay(
      sample.pcap([]) + records, "-o", "json", "-e", "net_packet_http_request")
    let events = try events(replayed)
    #expect(events.map(\.timestamp) == [0, 1_000, 2_000, 3_000, 4_000])
    let paths = events.map { $0.arguments["http_request"]?["uri_path"]?.string }
    #expect(paths == ["/0", "/1", "/2", "/3", "/4"])
    #expect(replayed.errors.hasSuffix("lost 0\n"), "\(replayed.errors)")
  }

  @Test func `messages over several segments are put together, in whatever order they come`()
    async throws
  {
    let sample = SampleCapture()
    let records = Self.segments.enumerated().flatMap { sample.record($1, units: UInt32($0)) }
    let replayed = try await replay(
      sample.pcap([]) + records, "-o", "json", "-e", "net_packet_http_request", "-e",
      "net_packet_dns_request")
    let events = try events(replayed)
    #expect(events.map(\.name) == ["net_packet_http_request", "net_packet_dns_request"])
    // When the last of their segments came.
    #expect(events.map(\.timestamp) == [4_000, 5_000])
    #expect(events.first?.arguments["http_request"]?["uri_path"]?.string == "/a/b")
    let questions = events.last?.arguments["dns_questions"]?.elements
    #expect(questions?.first?["query"]?.string == "www")
  }

  /// A segment without bytes, at the place before those of its way.
  private static func beginning(to port: UInt8) -> [UInt8] {
    var segment = segment(to: port, at: 0, [])
    segment[33] = 2
    return segment
  }

  @Test func `the second segment of a connection may overtake the first`() async throws {
    let frames = [(80, Self.head), (53, Self.query)].flatMap { port, bytes in
      [
        Self.beginning(to: port), Self.segment(to: port, at: 11, bytes[10...]),
        Self.segment(to: port, at: 1, bytes[..<10]),
      ]
    }
    let replayed = try await replay(
      SampleCapture().pcap(frames), "-o", "json", "-e", "net_packet_http_request", "-e",
      "net_packet_dns_request")
    let names = try events(replayed).map(\.name)
    #expect(names == ["net_packet_http_request", "net_packet_dns_request"], "\(replayed.errors)")
    // The first segment of each that arrived completes nothing.
    let last = /undecodable 0, lost 0, incomplete [0-9]+\n$/
    #expect(replayed.errors.contains(last), "\(replayed.errors)")
  }

  @Test func `JSON has the time and the machine's name in addition, if asked for`() async throws {
    let arguments = ["-e", "net_packet_udp"]
    let plain = try await replay(
      SampleCapture().pcap(Self.frames), "-o", "json", arguments[0], arguments[1])
    let more = try await replay(
      SampleCapture().pcap(Self.frames), "-o", "json:-,add=time,host", arguments[0], arguments[1])
    let lines = (
      plain: plain.output.split(separator: "\n"), more: more.output.split(separator: "\n")
    )
    #expect(lines.plain.count == 3 && lines.more.count == 3)
    var name = [CChar](repeating: 0, count: 256)
    try #require(gethostname(&name, name.count - 1) == 0)
    let machine = String(
      decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    for (short, long) in zip(lines.plain, lines.more) {
      #expect(long.hasPrefix(short.dropLast()))
      let value = try JSONSerialization.jsonObject(with: Data(long.utf8))
      let object = try #require(value as? [String: Any])
      #expect(object["host"] as? String == machine)
      let time = try #require(object["time"] as? String)
      let digits = try #require(time.wholeMatch(of: /(.*)\.(\d{9})Z/))
      let seconds = try Date("\(digits.output.1)Z", strategy: .iso8601).timeIntervalSince1970
      let nanoseconds = try #require(UInt64(digits.output.2))
      let timestamp = try TracedEvent(line: Array(short.utf8)).timestamp
      #expect(UInt64(seconds) * 1_000_000_000 + nanoseconds == timestamp)
      try SchemaFile.event.get().check(JSONValue(parsing: Array(long.utf8)))
    }
  }

  @Test func `what gives no event is counted by what is wrong with it`() async throws {
    let loop: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1]
    var query = Self.datagram(to: 53).prefix(28) + loop
    (query[3], query[25]) = (UInt8(28 + loop.count), UInt8(8 + loop.count))
    var later = Self.datagram(to: 80)
    later[7] = 1
    let extensions = (1...1_000).flatMap {
      [$0 == 1_000 ? 17 : 60, 0, 1, 4, 0, 0, 0, 0] as [UInt8]
    }
    let buried =
      [0x60, 0, 0, 0, 0x1f, 0x48, 60, 64] + [UInt8](repeating: 1, count: 32) + extensions
      + Self.datagram(to: 80).dropFirst(20)
    let frames = [
      Array(query), later, later, buried, Array(Self.datagram(to: 80).prefix(24)),
      Self.segment(to: 80, at: 1, "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n".utf8),
      Self.segment(to: 80, at: 100, "GET / HTTP/1.1\r\nA : b\r\n\r\n".utf8),
    ]
    let replayed = try await replay(
      SampleCapture().pcap(frames), "-o", "json", "-e", "net_packet_*")
    #expect(replayed.ending == .exited(0))
    let names = Set(try events(replayed).map(\.name))
    #expect(names == ["net_packet_ipv4", "net_packet_ipv6", "net_packet_tcp", "net_packet_udp"])
    // Each is missed by the event of the message and by that of the request.
    #expect(
      replayed.errors.contains(
        "undecodable 6, lost 0; undecodable by: badName 2, badField 2, foldedField 2; "
          + "packets in fragments: waiting 1; without a transport: fragments 2, buried 1, cut off 1"
      ), "\(replayed.errors)")
  }

  @Test func `packets in packets give events when they are asked for`() async throws {
    let inner = Self.datagram(to: 80, 2)
    let outer: [UInt8] =
      [0x45, 0, 0, UInt8(20 + inner.count), 0, 1, 0, 0, 64, 4, 0, 0, 10, 0, 0, 5, 10, 0, 0, 6]
      + inner
    let capture = SampleCapture().pcap([outer])
    let event = "net_packet_ipv4"
    let plain = try await replay(capture, "-o", "json", "-e", event)
    #expect(try events(plain).map(\.source) == ["10.0.0.5"])
    let other = try await replay(capture, "-o", "json", "-e", event, "--decapsulate")
    #expect(try events(other).map(\.source) == ["10.0.0.5", "10.0.0.2"])
    #expect(other.errors.contains("frames 1 and 1 packets in tunnels: "), "\(other.errors)")
  }

  @Test func `a message in fragments is given with the last that comes`() async throws {
    let query = Array(Self.query.dropFirst(2))
    let header: [UInt8] = [0x9c, 0x40, 0, 53, 0, UInt8(8 + query.count), 0, 0]
    let payload = header + query
    let addresses: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 9]
    func fragment(_ part: Range<Int>, _ flags: UInt8) -> [UInt8] {
      let size = UInt8(20 + part.count)
      let header: [UInt8] = [
        0x45, 0, 0, size, 0, 9, flags, UInt8(part.lowerBound / 8), 64, 17, 0, 0,
      ]
      return header + addresses + payload[part]
    }
    let fragments = [fragment(16..<payload.count, 0), fragment(0..<16, 0x20)]
    let replayed = try await replay(
      SampleCapture().pcap(fragments), "-o", "json", "-e", "net_packet_dns_request", "-e",
      "net_packet_udp", "-e", "net_packet_ipv4")
    let events = try events(replayed)
    let (ip, udp) = ("net_packet_ipv4", "net_packet_udp")
    #expect(events.map(\.name) == [ip, ip, udp, "net_packet_dns_request"], "\(replayed.errors)")
    #expect(
      events.last?.arguments["dns_questions"]?.elements?.first?["query"]?.string == "www")
    #expect(replayed.errors.contains("undecodable 0"), "\(replayed.errors)")
    #expect(replayed.errors.contains("; packets in fragments: assembled 1"), "\(replayed.errors)")
  }

  @Test func `a link type that is not read is named`() async throws {
    let replayed = try await replay(
      SampleCapture().pcap(Self.frames, link: 189), "-o", "json", "-e", "net_packet_ipv4")
    #expect(replayed.errors.contains("link types not known: USB_LINUX (189) 3"))
  }

  @Test func `what can be read of a damaged capture is read`() async throws {
    let good = SampleCapture().pcap(Self.frames)
    for (capture, words) in [
      (Array(good.dropLast(3)), "1 cut off at the end"),
      (
        good + [UInt8](repeating: 0xff, count: 16),
        "1 damaged, and nothing was read after it"
      ),
    ] {
      let replayed = try await replay(capture, "-o", "none", "-e", "net_packet_ipv4")
      #expect(replayed.ending == .exited(0))
      #expect(replayed.errors.contains("part of the capture could not be read: \(words)"))
    }
  }

  @Test func `a capture of which nothing can be read is refused in one sentence`() async throws {
    let header = SampleCapture().pcap([])
    for capture in [[], Array("no capture".utf8), header + [UInt8](repeating: 0xff, count: 40)] {
      let replayed = try await replay(capture, "-o", "json", "-e", "net_packet_ipv4")
      #expect(replayed.ending == .exited(2), "\(replayed.errors)")
      #expect(replayed.output.isEmpty)
      #expect(replayed.errors.contains("cannot read "))
    }
    let missing = try await outcome(
      of: [Tracer.path, "replay", "/nonexistent.pcap", "-e", "net_packet_udp.data.dst_port=80"])
    #expect(missing.ending == .exited(2))
    #expect(missing.errors.split(separator: "\n").count == 1)
    // Nothing to read is not the same as nothing that can be read.
    let empty = try await replay(header, "-o", "json", "-e", "net_packet_ipv4")
    #expect(empty.ending == .exited(0), "\(empty.errors)")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `it can be stopped while a reader takes nothing, who then misses what is counted`(
    signal: CInt
  ) async throws {
    try await withStage { stage in
      let folder = try stage.folder()
      let (capture, fifo) = ("\(folder)/a.pcap", "\(folder)/fifo")
      // More than a pipe holds, and less than is written before the capture ends.
      let frames = [[UInt8]](repeating: Self.frames[0], count: 200)
      try Data(SampleCapture().pcap(frames)).write(to: URL(filePath: capture))
      #expect(mkfifo(fifo, 0o600) == 0)
      let reader = open(fifo, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      let process = try stage.start(
        Tracer.path, "replay", capture, "-e", "net_packet_ipv4", "-o", "json:\(fifo)")
      try await eventually("the first lines") {
        var wait = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, 0) == 1 && wait.revents & Int16(POLLIN) != 0
      }
      process.send(signal)
      #expect(try await process.end() == .exited(0))
      let lost = try #require(process.errorText.firstMatch(of: /events 200, .*lost ([0-9]+)/))
      #expect(Int(lost.1) ?? 0 > 100 && Int(lost.1) ?? 0 < 200, "\(lost.0)")
    }
  }
}
