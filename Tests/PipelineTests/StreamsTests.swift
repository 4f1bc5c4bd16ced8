// SPDX-License-Identifier: Apache-2.0

import CAllocations
import Policy
import TestSupport
import Testing

@testable import Pipeline

@Suite struct StreamsTests {
  static let key = StreamKey(
    source: IPAddress(ipv4: 0x0a00_0001), destination: IPAddress(ipv4: 0x0a00_0002),
    sourcePort: 40000, destinationPort: 53, place: 1)
  static let query = SampleDNS.prefixed(DNSTests.response)
  static let head = Array("GET /a HTTP/1.1\r\nHost: name.test\r\nAccept: */*\r\n\r\n".utf8)

  /// What a way of a connection gives for segments, each at its place after the SYN.
  struct Way {
    let streams: Streams
    var key = StreamsTests.key
    var framing = StreamFraming.dns
    var time: UInt64 = 1_000_000_000
    var first: UInt32 = 0xffff_fff0
    var given: [[UInt8]] = []

    init(_ framing: StreamFraming, _ limits: Streams.Limits = .init(), isSparse: Bool = false) {
      streams = Streams(limits, isSparse: isSparse)
      self.framing = framing
      send([], at: -1, flags: .syn)
    }

    mutating func send(
      _ bytes: [UInt8], at place: Int, flags: TCPHeader.Flags = .ack, missing: Int = 0,
      ahead: UInt32 = 0
    ) {
      let segment = StreamSegment(
        key, sequence: first &+ UInt32(truncatingIfNeeded: place), flags: flags, time: time,
        missing: missing, ahead: ahead)
      var given: [[UInt8]] = []
      streams.feed(segment, bytes.bytes, framing) { message in
        given.append((0..<message.byteCount).map { message.byte($0) })
      }
      self.given += given
    }
  }

  @Test func `messages of a segment are given one by one`() {
    var way = Way(.dns)
    way.send(Self.query + Self.query + Self.query, at: 0)
    #expect(way.given == Array(repeating: DNSTests.response, count: 3))
    #expect(way.streams.counts.assembled == 0)
  }

  @Test(arguments: [1, 2, 3, 7, 40, 1_000])
  func `what is no message hides nothing behind it`(size: Int) {
    let bad: [[UInt8]] = [[], [1], [UInt8](repeating: 0xff, count: 30)]
    for first in bad {
      var way = Way(.dns)
      let bytes = SampleDNS.prefixed(first) + Self.query
      for start in stride(from: 0, to: bytes.count, by: size) {
        way.send(Array(bytes[start..<min(start + size, bytes.count)]), at: start)
      }
      #expect(way.given.last == DNSTests.response, "behind \(first)")
      #expect(way.given.count == 2 && way.streams.waiting == 0)
    }
  }

  @Test func `in the midst of a stream what is no message says nothing of what follows`() {
    var way = Way(.dns)
    // Another connection, of which the beginning was not seen.
    let key = way.key
    way.key = StreamKey(
      source: key.source, destination: key.destination, sourcePort: key.sourcePort,
      destinationPort: key.destinationPort, place: 2)
    let rubbish = [UInt8](repeating: 0, count: 2) + [UInt8](repeating: 0x20, count: 100)
    way.send(rubbish, at: 10_000)
    way.send(Self.query, at: 10_000 + rubbish.count)
    #expect(way.given.last == DNSTests.response)
  }

  @Test func `a head whose end does not come is given up for what is behind a gap`() {
    var way = Way(.http)
    let head = Self.head
    way.send(Array(head.dropLast(4)), at: 0)
    // So long that nothing waits for it any more.
    way.time += 2_000_000_000
    way.send(head, at: 1_000)
    way.time += 10_000_000_000
    way.send(head, at: 2_000)
    #expect(way.streams.counts.gaps > 0 && way.streams.counts.unfinished > 0)
  }

  @Test(arguments: [1, 2, 3, 7, 40])
  func `a message over several segments is given at its last`(size: Int) {
    for (framing, bytes, message) in [
      (.dns, Self.query, DNSTests.response), (.http, Self.head, Self.head),
    ] as [(StreamFraming, [UInt8], [UInt8])] {
      var way = Way(framing)
      for start in stride(from: 0, to: bytes.count, by: size) {
        #expect(way.given.isEmpty)
        way.send(Array(bytes[start..<min(start + size, bytes.count)]), at: start)
      }
      #expect(way.given == [message])
      #expect(way.streams.waiting == 0)
    }
  }

  @Test func `segments may come in any order, and again, and overlap`() {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    for round in 0..<400 {
      let framing: StreamFraming = round % 2 == 0 ? .dns : .http
      var stream: [UInt8] = []
      var messages: [[UInt8]] = []
      for number in 0..<Int.random(in: 1...6, using: &random) {
        if framing == .dns {
          var message = DNSTests.response
          message[1] = UInt8(number)
          stream += SampleDNS.prefixed(message)
          messages.append(message)
        } else {
          let head = Array(
            "PUT /\(number) HTTP/1.1\r\nA: \(number)\r\nContent-Length: 9\r\n\r\n".utf8)
          stream += head + Array("GET x\r\n\r\n".utf8)
          messages.append(head)
        }
      }
      let cuts = Set(
        (0..<Int.random(in: 0...6, using: &random)).map { _ in
          Int.random(in: 1..<stream.count, using: &random)
        })
      let places = (cuts.union([0, stream.count])).sorted()
      var segments = zip(places, places.dropFirst()).map { $0..<$1 }
      segments += segments.filter { _ in Bool.random(using: &random) }
      if framing == .dns, let longer = segments.randomElement(using: &random) {
        segments.append(longer.lowerBound..<min(stream.count, longer.upperBound + 3))
      }
      segments.shuffle(using: &random)
      var way = Way(framing)
      for segment in segments { way.send(Array(stream[segment]), at: segment.lowerBound) }
      let sorted = way.given.sorted { $0.lexicographicallyPrecedes($1) }
      #expect(sorted == messages, "seed \(seed), round \(round): \(segments)")
      #expect(way.streams.waiting == 0, "seed \(seed), round \(round)")
    }
  }

  @Test func `the first copy of a byte wins`() {
    var way = Way(.http)
    let other = [UInt8](repeating: UInt8(ascii: "x"), count: Self.head.count)
    way.send(Array(Self.head[20...]), at: 20)
    way.send(Array(other[15..<40]), at: 15)
    way.send(Array(Self.head[..<18]), at: 0)
    let expected = Self.head[..<15] + other[15..<18] + other[18..<20] + Self.head[20...]
    #expect(way.given == [Array(Self.head[..<18] + other[18..<20] + Self.head[20...])])
    #expect(way.given != [Array(expected)])
  }

  @Test func `whole messages do not wait for what is missing before them, and count once`() {
    do {
      let bytes = Self.query
      var way = Way(.dns)
      let size = bytes.count
      way.send(Array(bytes[..<20]), at: 0)
      for (number, given) in [(2, 1), (1, 2), (4, 3), (1, 3), (2, 3), (4, 3)] {
        way.send(bytes, at: number * size)
        #expect(way.given.count == given)
      }
      // Of these two one is known; the other waits.
      way.send(bytes + bytes, at: 2 * size)
      #expect(way.given.count == 3 && way.streams.waiting == size + 20)
      way.send(Array(bytes[20...]), at: 20)
      #expect(way.given == Array(repeating: way.given[0], count: 5))
      #expect(way.streams.waiting == 0 && way.streams.counts.unfinished == 0)
      way.send(bytes, at: 5 * size)
      #expect(way.given.count == 6, "the way goes on behind all of them")
    }
  }

  @Test func `what never comes is given up, and what follows is not`() {
    var way = Way(.dns)
    way.send(Array(Self.query[..<20]), at: 0)
    // Twenty bytes are lost; the halves of messages after them wait until there are too many of them.
    let next = Self.query.count
    let messages = StreamBacklog.pieceLimit / 2
    for number in 1...messages {
      way.send(Array(Self.query[..<40]), at: number * next)
      way.send(Array(Self.query[40...]), at: number * next + 40)
    }
    #expect(way.given.isEmpty)
    way.send(Array(Self.query[..<40]), at: (messages + 1) * next)
    #expect(way.given.count == messages)
    way.send(Array(Self.query[40...]), at: (messages + 1) * next + 40)
    #expect(way.given.count == messages + 1)
    #expect(way.streams.counts.gaps == 1)
    #expect(way.streams.counts.unfinished == 1)
    #expect(way.streams.waiting == 0)

    // A later one is given at once when nothing waits for what is missing.
    way.send(Self.query, at: 500 * next)
    #expect(way.given.count == messages + 2)
  }

  @Test func `bytes that were not captured are given up`() {
    var way = Way(.http)
    way.send(Array(Self.head[..<20]), at: 0, missing: 4)
    way.send(Array(Self.head[24...]), at: 24)
    way.send(Self.head, at: Self.head.count)
    #expect(way.given == [Self.head])
    #expect(way.streams.counts.unfinished == 1)
  }

  @Test func `a message that waits too long is counted and forgotten`() {
    var way = Way(.http)
    way.send(Array(Self.head[..<20]), at: 0)
    way.time += 6_000_000_000
    way.send(Array(Self.head[20...]), at: 20)
    #expect(way.given.isEmpty)
    #expect(way.streams.counts.idle == 1)
    #expect(way.streams.waiting == 0)
  }

  @Test func `time may come to its end`() {
    var way = Way(.http)
    way.time = .max
    way.send(Array(Self.head[..<20]), at: 0)
    way.send(Array(Self.head[30...]), at: 30)
    way.send(Array(Self.head[20..<30]), at: 20)
    #expect(way.given == [Self.head])
    way.time = 0
    way.send(Self.head, at: Self.head.count)
    #expect(way.given == [Self.head, Self.head])
  }

  @Test func `an end, and a new beginning, forget what was begun`() {
    for flags in [.rst, [.fin, .ack], .syn] as [TCPHeader.Flags] {
      var way = Way(.http)
      way.send(Array(Self.head[..<20]), at: 0)
      way.send([], at: flags == .syn ? 2_000 : 20, flags: flags)
      #expect(way.streams.counts.unfinished == 1)
      #expect(way.streams.waiting == 0)
    }
  }

  @Test func `a connection may come again with the numbers that it had`() {
    for flags in [[.fin, .ack], .rst] as [TCPHeader.Flags] {
      var way = Way(.http)
      for round in 1...3 {
        way.send([], at: -1, flags: .syn)
        way.send(Self.head, at: 0)
        // What comes twice before the end is no other connection.
        way.send([], at: -1, flags: .syn)
        way.send(Self.head, at: 0)
        way.send([], at: Self.head.count, flags: flags)
        way.send(Self.head, at: 0)
        #expect(way.given.count == round)
      }
    }
  }

  @Test func `an end that overtakes what is before it does not forget that`() {
    for cut in [30, Self.head.count] {
      var way = Way(.http)
      way.send(Array(Self.head[..<20]), at: 0)
      way.send(Array(Self.head[cut...]), at: cut, flags: [.fin, .ack])
      way.send(Array(Self.head[20..<cut]), at: 20)
      #expect(way.given == [Self.head])
      #expect(way.streams.waiting == 0)
    }
  }

  @Test func `what is said to be ahead waits for what is missing, and no longer`() {
    for isKnown in [false, true] {
      var way = Way(.http, isSparse: true)
      // A connection that was not seen before, or one where bodies went by that never come.
      if isKnown {
        way.send(Self.head, at: 0)
      } else {
        way.key = StreamKey(
          source: way.key.destination, destination: way.key.source, sourcePort: 80,
          destinationPort: 40_000, place: 1)
      }
      let start = 5_000
      way.send(Array(Self.head[20...]), at: start + 20, ahead: 20)
      #expect(way.given.count == (isKnown ? 1 : 0))
      way.send(Array(Self.head[..<20]), at: start)
      #expect(way.given.last == Self.head && way.given.count == (isKnown ? 2 : 1))
      #expect(way.streams.waiting == 0)
    }
  }

  @Test func `what is ahead goes on with a head, even if it looks like the beginning of one`() {
    let head = Array("GET /a HTTP/1.0\r\n\r\n".utf8)
    var way = Way(.http, isSparse: true)
    way.send(Array(head[7...]), at: 7, ahead: 7)
    way.send(Array(head[..<7]), at: 0)
    #expect(way.given == [head])
  }

  @Test func `a head that does not end is given up at its limit, and told of as it is`() {
    var way = Way(.http)
    way.send(Array("GET / HTTP/1.1\r\n".utf8), at: 0)
    var place = 16
    for _ in 0..<100 {
      way.send(Array("X: \(String(repeating: "y", count: 1_000))\r\n".utf8), at: place)
      place += 1_005
    }
    let sizes = way.given.map(\.count)
    #expect(sizes.count == 1 && sizes.allSatisfy { (65_536..<66_600).contains($0) })
    #expect(way.streams.counts.tooLong == 1 && way.streams.counts.messages == 0)
    #expect(way.streams.waiting == 0)
  }

  @Test func `memory is bounded, whoever comes`() {
    var limits = Streams.Limits()
    (limits.flows, limits.backlogs, limits.bytes) = (64, 16, 10_000)
    var way = Way(.http, limits)
    for port in 0..<5_000 {
      way.key = StreamKey(
        source: way.key.source, destination: way.key.destination, sourcePort: UInt16(port),
        destinationPort: 80, place: UInt64(port % 3))
      way.send(Array("GET /\(String(repeating: "z", count: port % 3_000))".utf8), at: 0)
      way.send(Array("later".utf8), at: 4_000)
      #expect(way.streams.waiting <= limits.bytes)
      #expect(way.streams.backlogs.count <= limits.backlogs)
    }
    #expect(way.streams.counts.crowdedOut > 4_000)
    let held = way.streams.backlogs.reduce(0) { $0 + $1.count }
    #expect(held == way.streams.waiting)
  }

  @Test func `nothing is allocated for whole messages`() {
    let streams = Streams()
    var key = Self.key
    var count = 0
    for (framing, bytes) in [(StreamFraming.dns, Self.query), (.http, Self.head)] {
      key = StreamKey(
        source: key.source, destination: key.destination, sourcePort: key.sourcePort,
        destinationPort: key.destinationPort, place: key.place + 1)
      var sequence: UInt32 = 0
      var before: UInt = 0
      for number in 0..<2_000 {
        if number == 1_000 { before = ca_allocations() }
        let segment = StreamSegment(key, sequence: sequence, time: 1)
        streams.feed(segment, bytes.bytes, framing) { _ in count += 1 }
        sequence &+= UInt32(bytes.count)
      }
      #expect(ca_allocations() == before)
    }
    #expect(count == 4_000)
  }
}

extension SampleDNS {
  /// A message with its length before it.
  static func prefixed(_ message: [UInt8]) -> [UInt8] {
    SamplePacket.big(UInt16(message.count)) + message
  }
}
