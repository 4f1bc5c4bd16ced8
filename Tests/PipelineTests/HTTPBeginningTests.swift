// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Pipeline

/// Where a head begins, in whatever pieces it comes.
@Suite struct HTTPBeginningTests {
  @Test(
    arguments: [
      ("", 0, [], false), ("G", 0, .request, false), ("H", 0, .unknown, false),
      ("HE", 0, .request, false), ("HT", 0, .response, false), ("HTTP/1", 0, .response, false),
      ("HTTP/1.", 0, .response, true), ("HTTP/2.", 0, [], false), ("GET", 0, .request, false),
      ("GET ", 0, .request, true), ("GETX", 0, [], false), ("P", 0, .request, false),
      ("CONNECT", 0, .request, false), ("CONNECT ", 0, .request, true), ("get", 0, [], false),
      ("X", 0, [], false), ("\r\n", 2, [], false), ("\n\nGET / ", 2, .request, true),
      ("\r\nH", 2, .request, false), ("\r\nHTTP/1.1 200 OK", 2, [], false),
      ("\r\nHTTP/1", 2, [], false), ("\r\n\r\nPO", 4, .request, false),
      (String(repeating: "\n", count: 16) + "GET ", 16, .request, true),
      (String(repeating: "\n", count: 17) + "GET ", 16, [], false),
    ] as [(String, Int, MessageRoles, Bool)])
  func `bytes begin a head, may begin one, or do not`(
    text: String, blank: Int, roles: MessageRoles, isTold: Bool
  ) {
    let bytes = Array(text.utf8)
    let beginning = HTTPBeginning(bytes.bytes)
    #expect((beginning.blank, beginning.roles) == (blank, roles))
    #expect(beginning.isTold == isTold)
  }

  private static let heads = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\n\r\n",
    "PUT /x HTTP/1.0\nA: GET /\n\n",
    "HTTP/1.1 200 OK\r\nAllow: GET , HEAD , HTTP/1.\r\nContent-Length: 0\r\n\r\n",
    "HEAD /h HTTP/1.1\r\nX: P\r\n\r\n",
  ].map { Array($0.utf8) }

  @Test(arguments: [false, true])
  func `a head is given once, wherever it is cut, and whatever empty lines are before it`(
    isSparse: Bool
  ) {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    for round in 0..<3_000 {
      var way = StreamsTests.Way(.http, isSparse: isSparse)
      var (place, expected): (Int, [[UInt8]]) = (0, [])
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let head = Self.heads.randomElement(using: &random) ?? []
        let lines = ["", "\r\n", "\n", "\r\n\r\n"].randomElement(using: &random) ?? ""
        let stream =
          (head[0] == UInt8(ascii: "H") && head[1] == UInt8(ascii: "T") ? [] : Array(lines.utf8))
          + head
        let most = [3, 7, 60].randomElement(using: &random) ?? 1
        var offset = 0
        while offset < stream.count {
          let end = min(stream.count, offset + Int.random(in: 1...most, using: &random))
          way.send(Array(stream[offset..<end]), at: place + offset)
          offset = end
        }
        place += stream.count
        expected.append(head)
      }
      #expect(way.given == expected, "seed \(seed), round \(round)")
      #expect(way.streams.waiting == 0, "seed \(seed), round \(round)")
    }
  }

  @Test func `what seemed to begin a head hides none that begins after it`() {
    for start in ["G", "H", "POS", "\r\nCONNECT", "HTTP/1"] {
      let bytes = Array(start.utf8)
      var way = StreamsTests.Way(.http)
      // Something else came first, so it is not known that a head begins.
      way.send([0], at: 0)
      way.send(bytes, at: 1)
      way.send(StreamsTests.head, at: 1 + bytes.count)
      #expect(way.given == [StreamsTests.head], "\(start)")
      #expect(way.streams.counts == StreamCounts(messages: 1, guessed: 1), "\(start)")
    }
  }

  @Test func `an empty line between two messages is skipped`() {
    var way = StreamsTests.Way(.http)
    let post = Array("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n".utf8)
    way.send(post + Array("abc\r\n".utf8) + StreamsTests.head + Array("\n".utf8) + post, at: 0)
    #expect(way.given == [post, StreamsTests.head, post])
  }

  @Test func `a head that is too long is given from its start`() {
    var way = StreamsTests.Way(.http)
    let long = Array("\r\nGET /".utf8) + [UInt8](repeating: 0x61, count: 1 << 16)
    for start in stride(from: 0, to: long.count, by: 1_000) {
      way.send(Array(long[start..<min(start + 1_000, long.count)]), at: start)
    }
    #expect(way.streams.counts.tooLong == 1)
    #expect(way.given.count == 1 && way.given[0].starts(with: Array("GET /".utf8)))
  }
}
