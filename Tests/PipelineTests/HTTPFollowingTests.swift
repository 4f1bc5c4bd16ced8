// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@testable import Pipeline

/// Heads are found where a server and a client would read them, and nowhere else.
@Suite struct HTTPFollowingTests {
  @Test func `however a connection comes, its heads are those that its ends read`() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix(state: seed)
    for round in 0..<2_000 {
      let talk = RandomTalk(&random)
      let expected = PlainHTTP.heads(talk.requests, talk.responses)
      #expect(expected == talk.heads, "seed \(seed), round \(round): the reader to compare with")
      let isMixed = Bool.random(using: &random)
      var seen = SeenConnection()
      seen.send(talk.requests, isRequest: true, isMixed: isMixed, &random)
      seen.send(talk.responses, isRequest: false, isMixed: isMixed, &random)
      #expect(seen.heads == expected, "seed \(seed), round \(round)")
      #expect(seen.streams.waiting == 0, "seed \(seed), round \(round)")
      #expect(
        (seen.streams.counts.guessed, seen.streams.counts.unpaired) == (0, 0),
        "seed \(seed), round \(round)")
      if talk.isUpgraded {
        let late = Array("GET /late HTTP/1.1\r\n\r\n".utf8)
        seen.send(late, isRequest: true, isMixed: false, &random)
        #expect(seen.heads == expected, "seed \(seed), round \(round): what follows is no HTTP")
      }
    }
  }

  @Test(arguments: ["G", "P", "H", "HTTP/1.1 200 OK aa", "GET /body HTTP/1.1\r\n\r\n"])
  func `a body of few bytes hides no request, and gives none`(body: String) {
    var way = StreamsTests.Way(.http)
    let post = "POST / HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
    let parts = [post, body, "GET /hidden HTTP/1.1\r\n\r\n"].map { Array($0.utf8) }
    var place = 0
    for part in parts {
      way.send(part, at: place)
      place += part.count
    }
    #expect(way.given == [parts[0], parts[2]])
  }

  @Test(
    arguments: [
      ("Content-Length: 5, 5", 5), ("Content-Length: 5\r\nContent-length : 5", 5),
      ("Content-Length: 9223372036854775807", nil), ("Content-Length: 0005", 5),
      ("X: y", 0), ("Transfer-Encoding: notchunked", nil), ("Content-Length: 1, 2", nil),
      ("Content-Length: 9223372036854775808", nil), ("Content-Length:", nil),
    ] as [(String, Int?)])
  func `a request has the body that its head says`(fields: String, length: Int?) {
    let next = Array("GET /next HTTP/1.1\r\n\r\n".utf8)
    let head = Array("PUT / HTTP/1.1\r\n\(fields)\r\n\r\n".utf8)
    for skipped in 0..<8 {
      var way = StreamsTests.Way(.http)
      way.send(head + [UInt8](repeating: UInt8(ascii: "{"), count: skipped) + next, at: 0)
      // Of a method that is cut the rest is another one.
      let cut = length.map { $0 - skipped }
      let isHead = cut.map { (0...2).contains($0) } ?? false
      #expect(
        way.given == (isHead ? [head, Array(next.dropFirst(cut ?? 0))] : [head]), "\(skipped)")
    }
  }

  @Test(arguments: [
    "5\r\nGET /\r\n0\r\n\r\n", "005;a=\"b\"\r\nhello\r\n0;x\r\nA: b\r\nGET: /\r\n\r\n",
    "1 \r\nG\r\n1\nE\n0\n\n", "14\r\nGET / HTTP/1.1\r\n\r\n\r\n\r\n00\r\n\r\n",
  ])
  func `chunks are passed, cut anywhere`(body: String) {
    let head = Array("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n".utf8)
    let next = Array("GET /next HTTP/1.1\r\n\r\n".utf8)
    let stream = head + Array(body.utf8) + next
    for size in 1...stream.count {
      var way = StreamsTests.Way(.http)
      for start in stride(from: 0, to: stream.count, by: size) {
        way.send(Array(stream[start..<min(stream.count, start + size)]), at: start)
      }
      #expect(way.given == [head, next], "\(size)")
      #expect(way.streams.counts.unframed == 0)
    }
  }

  @Test(arguments: [
    "x\r\n", " 5\r\nhello\r\n", "5\r\nhello!\r\n", "fffffffffffffffff\r\n", "5x\r\n", "\r\n",
  ])
  func `chunks that are none are counted, and heads are found where segments begin`(body: String) {
    let head = Array("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    let next = Array("GET /next HTTP/1.1\r\n\r\n".utf8)
    var way = StreamsTests.Way(.http)
    way.send(head + Array(body.utf8) + next, at: 0)
    let place = head.count + body.utf8.count + next.count
    way.send(next, at: place)
    #expect(way.given == [head, next])
    #expect(way.streams.counts.unframed == 1 && way.streams.counts.guessed == 1)
  }

  @Test func `bytes that are missing in a body are passed`() {
    let head = Array("POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n".utf8)
    let next = Array("GET /next HTTP/1.1\r\n\r\n".utf8)
    for isSparse in [false, true] {
      var way = StreamsTests.Way(.http, isSparse: isSparse)
      way.send(head, at: 0)
      way.send(next, at: head.count + 2_000_000)
      way.send(next, at: head.count + 1_000)
      way.send(next, at: head.count + 3_000_000)
      #expect(way.given == [head, next])
      #expect(way.streams.counts.gaps == 0 && way.streams.counts.guessed == 0)
    }
  }

  @Test func `where a connection is joined, heads are where segments begin until one is found`() {
    var seen = SeenConnection(isJoined: true)
    let head = Array("POST /a HTTP/1.1\r\nContent-Length: 25\r\n\r\n".utf8)
    let next = Array("GET /next1 HTTP/1.1\r\n\r\n\r\n".utf8)
    var random = SplitMix(state: 1)
    for part in [Array("xGET / HTTP/1.1\r\n\r\n".utf8), head, next, next] {
      seen.send(part, isRequest: true, isMixed: false, cut: false, &random)
    }
    #expect(seen.heads.requests == [head, next.dropLast(2)])
    #expect(seen.streams.counts.guessed == 1)
    let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n".utf8)
    seen.send(answer, isRequest: false, isMixed: false, cut: false, &random)
    #expect(seen.streams.counts.unpaired == 1)
  }

  @Test func `a direction that the kernel side has lost is told to it once nothing is awaited`() {
    let head = Array("POST / HTTP/1.1\r\nContent-Length: 30, 30\r\n\r\n".utf8)
    let chunked = Array("POST / HTTP/1.1\r\nTransfer-Encoding: x, chunked\r\n\r\n".utf8)
    let parts: [([UInt8], HTTPPosition.State?)] = [
      (head.dropLast(2), nil), (head.suffix(2), .body(30)),
      ([UInt8](repeating: 0, count: 10), .body(20)), ([UInt8](repeating: 0, count: 20), .start),
      (chunked, .chunkSize), (Array("5".utf8), nil), (Array("\r\nab".utf8), .chunk(3)),
      (Array("cde".utf8), .chunkEnd), (Array("\r".utf8), nil), (Array("\n0\r\n".utf8), .trailer),
      (Array("A: b\r\n".utf8), .trailer), (Array("\r\n".utf8), .start),
      (Array("{none".utf8), .unknown),
    ].map { (Array($0), $1) }
    let streams = Streams(isSparse: true)
    var found: [StreamPosition] = []
    streams.found = { found.append($0) }
    let key = StreamKey(
      source: IPAddress(ipv4: 1), destination: IPAddress(ipv4: 2), sourcePort: 1,
      destinationPort: 2, place: 2)
    var expected: [StreamPosition] = []
    var sequence: UInt32 = 0xffff_fff0
    for (index, (bytes, state)) in parts.enumerated() {
      let followed = FollowedSegment(
        connection: 7, head: index == 0 ? 0 : nil, isLost: true, bodiless: nil)
      streams.feed(
        StreamSegment(key, sequence: sequence, time: 1, followed: followed), bytes.bytes, .http
      ) { _ in }
      sequence &+= UInt32(bytes.count)
      if let state {
        var questions = HTTPQuestions(isComplete: true)
        for _ in 0..<(sequence < 100 ? 1 : 2) { questions.add(.other) }
        if state == .unknown { questions.lose() }
        expected.append(
          StreamPosition(
            connection: 7, sequence: sequence, state: state, questions: questions))
      }
      #expect(found == expected, "\(index)")
    }
    // What overtakes others is no place to go on from.
    let late = StreamSegment(
      key, sequence: sequence &+ 5, time: 1, ahead: 5,
      followed: FollowedSegment(connection: 7, isLost: true))
    streams.feed(late, head.bytes, .http) { _ in }
    #expect(found == expected)
  }

  @Test(arguments: ["NOTIFY", "M-SEARCH", "PROPFIND", "get", "X"])
  func `any method is one`(method: String) {
    let head = Array("\(method) * HTTP/1.1\r\nA: b\r\n\r\n".utf8)
    for size in 1...head.count {
      var way = StreamsTests.Way(.http)
      for start in stride(from: 0, to: head.count, by: size) {
        way.send(Array(head[start..<min(head.count, start + size)]), at: start)
      }
      #expect(way.given == [head], "\(size)")
    }
  }

  @Test(arguments: [
    "EHLO example.org\r\n", "SSH-2.0-OpenSSH\r\n", "PRI * HTTP/2.0\r\n\r\n", "\u{16}\u{3}\u{1}",
    "GET/ HTTP/1.1\r\n\r\n",
  ])
  func `other protocols are none`(text: String) {
    var way = StreamsTests.Way(.http)
    way.send(Array(text.utf8), at: 0)
    way.send(Array("more".utf8), at: text.utf8.count)
    #expect(way.given.isEmpty && way.streams.waiting == 0)
  }
}

/// What two ends say to each other, at random.
private struct RandomTalk {
  var requests: [UInt8] = []
  var responses: [UInt8] = []
  var heads = PlainHTTP.Heads()
  /// Whether what follows is no HTTP.
  var isUpgraded = false

  private static let bodies = [
    "", "G", "H", "GET ", "HTTP/1.1 200 OK aa", "GET /body HTTP/1.1\r\n\r\n", "\r\n", "0\r\n\r\n",
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "\n\n\n", "POST request received",
    String(repeating: "PUT / HTTP/1.1\r\n", count: 40),
  ]

  init(_ random: inout SplitMix) {
    let count = Int.random(in: 1...6, using: &random)
    for number in 0..<count {
      let isLast = number == count - 1
      let methods = ["GET", "HEAD", "POST", "PUT", "OPTIONS", "PROPFIND", "NOTIFY"]
      var method = methods.randomElement(using: &random) ?? ""
      let ending = isLast ? Int.random(in: 0..<6, using: &random) : 0
      if ending == 1 { method = "CONNECT" }
      let lines = ["", "", "\r\n", "\n", "\r\n\r\n"].randomElement(using: &random) ?? ""
      requests += Array(lines.utf8)
      addMessage("\(method) /\(number) HTTP/1.1", hasBody: method != "CONNECT", true, &random)
      if Int.random(in: 0..<5, using: &random) == 0 {
        addHead("HTTP/1.1 100 Continue\r\n\r\n", false)
      }
      switch ending {
      case 1:
        addHead("HTTP/1.1 200 OK\r\n\r\n", false)
        isUpgraded = true
      case 2:
        addHead("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", false)
        isUpgraded = true
      case 3 where method != "HEAD":
        addHead("HTTP/1.0 200 OK\r\nX: to the end\r\n\r\n", false)
      default:
        let code = [200, 200, 404, 204, 304].randomElement(using: &random) ?? 0
        if method == "HEAD" || code == 204 || code == 304 {
          let fields = ["", "Content-Length: 77\r\n", "Transfer-Encoding: chunked\r\n"]
          addHead(
            "HTTP/1.1 \(code) \(number)\r\n\(fields.randomElement(using: &random) ?? "")\r\n", false
          )
        } else {
          addMessage("HTTP/1.1 \(code) \(number)", hasBody: true, false, &random)
        }
        continue
      }
      responses += Array("HTTP/1.1 200 OK\r\n\r\nGET / HTTP/1.1\r\n\r\n".utf8)
    }
  }

  private mutating func addHead(_ text: String, _ isRequest: Bool) {
    if isRequest {
      requests += Array(text.utf8)
      heads.requests.append(Array(text.utf8))
    } else {
      responses += Array(text.utf8)
      heads.responses.append(Array(text.utf8))
    }
  }

  private mutating func addMessage(
    _ line: String, hasBody: Bool, _ isRequest: Bool, _ random: inout SplitMix
  ) {
    let body = Array((hasBody ? Self.bodies.randomElement(using: &random) ?? "" : "").utf8)
    var sent: [UInt8] = []
    var field = "Content-Length: \(body.count)\r\n"
    switch Int.random(in: 0..<3, using: &random) {
    case 0 where hasBody:
      field = "Transfer-Encoding: chunked\r\n"
      var start = 0
      while start < body.count {
        let size = Int.random(in: 1...body.count - start, using: &random)
        let size16 = String(size, radix: 16)
        sent += Array("\(size16)\(["", ";x=GET"].randomElement(using: &random) ?? "")\r\n".utf8)
        sent += body[start..<start + size] + Array("\r\n".utf8)
        start += size
      }
      sent += Array("0\r\n\(["", "A: GET /\r\n"].randomElement(using: &random) ?? "")\r\n".utf8)
    case 1 where body.isEmpty && isRequest: field = ""
    default: sent = body
    }
    let fields = ["", "Host: a\r\n", "Cookie: c\r\nTE: t\r\n"].randomElement(using: &random) ?? ""
    addHead("\(line)\r\n\(fields)\(field)\r\n", isRequest)
    if isRequest { requests += sent } else { responses += sent }
  }
}

/// A connection as it is seen in segments.
private struct SeenConnection {
  let streams = Streams()
  var heads = PlainHTTP.Heads()
  private var places = [0, 0]
  private static let first: [UInt32] = [0xffff_ff00, 7]

  init(isJoined: Bool = false) {
    for isRequest in [true, false] where !isJoined {
      feed([], at: -1, isRequest: isRequest, flags: .syn)
    }
  }

  /// Sends bytes that follow those before in segments, which may be mixed and come again.
  mutating func send(
    _ bytes: [UInt8], isRequest: Bool, isMixed: Bool, cut: Bool = true, _ random: inout SplitMix
  ) {
    let most = cut ? [1, 3, 20, 200, 2_000].randomElement(using: &random) ?? 1 : bytes.count
    var parts: [(turn: Int, place: Range<Int>)] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + (cut ? Int.random(in: 1...most, using: &random) : most))
      for copy in 0..<(isMixed && Int.random(in: 0..<4, using: &random) == 0 ? 2 : 1) {
        let delay = isMixed ? Int.random(in: 0...8, using: &random) + 9 * copy : 0
        parts.append((parts.count + delay, start..<end))
      }
      start = end
    }
    parts.sort { ($0.turn, $0.place.lowerBound) < ($1.turn, $1.place.lowerBound) }
    let base = places[isRequest ? 0 : 1]
    for part in parts {
      feed(Array(bytes[part.place]), at: base + part.place.lowerBound, isRequest: isRequest)
    }
    places[isRequest ? 0 : 1] += bytes.count
  }

  private mutating func feed(
    _ bytes: [UInt8], at place: Int, isRequest: Bool, flags: TCPHeader.Flags = .ack
  ) {
    let key = StreamKey(
      source: IPAddress(ipv4: 1), destination: IPAddress(ipv4: 2), sourcePort: 40_000,
      destinationPort: 80, place: 2)
    let sequence = Self.first[isRequest ? 0 : 1] &+ UInt32(truncatingIfNeeded: place)
    let segment = StreamSegment(
      isRequest ? key : key.reversed, sequence: sequence, flags: flags, time: 1_000_000_000)
    var given: [[UInt8]] = []
    streams.feed(segment, bytes.bytes, .http) { head in
      given.append((0..<head.byteCount).map { head.byte($0) })
    }
    if isRequest { heads.requests += given } else { heads.responses += given }
  }
}
