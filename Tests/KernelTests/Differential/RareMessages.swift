// SPDX-License-Identifier: Apache-2.0

/// Messages of DNS that no server at hand sends.
enum RareMessages {
  private typealias Make = HandMadePacket

  private static let (any, none): (UInt16, UInt16) = (255, 254)

  /// Each in a datagram, over either version of IP.
  static let datagrams: [[UInt8]] = messages.enumerated().map { place, message in
    // Wireshark takes answers for those of a question with their number.
    let id = HandMadePacket.big(UInt16(1_000 + place))
    let isResponse = message[2] & 0x80 != 0
    let datagram = Make.udp(
      from: isResponse ? 53 : 40_000, to: isResponse ? 40_000 : 53, id + message.dropFirst(2))
    return place % 2 == 0 ? Make.ipv4(17, datagram) : Make.ipv6(17, datagram)
  }

  /// Two in a segment, and one in two.
  static let segments: [[UInt8]] = {
    let stream = [messages[0], messages[1]].flatMap { Make.big(UInt16($0.count)) + $0 }
    let cut = stream.count - 9
    return [
      Make.ipv4(6, Make.tcp(from: 40_001, to: 53, sequence: 1, stream)),
      Make.ipv6(6, Make.tcp(from: 40_002, to: 53, sequence: 1, Array(stream[..<cut]))),
      Make.ipv6(
        6, Make.tcp(from: 40_002, to: 53, sequence: 1 + UInt32(cut), Array(stream[cut...]))),
    ]
  }()

  static let messages: [[UInt8]] = updates + notices + types + options

  /// RFC 2136: a zone, what must be there, what is to change, and what answers.
  private static let updates: [[UInt8]] = [
    Make.dns(
      flags: 0x2800, [Make.question("zone.test", 6)],
      [
        Make.record("there.zone.test", 255, class: any, timeToLive: 0),
        Make.record("a.zone.test", 1, class: any, timeToLive: 0),
        Make.record("not.zone.test", 255, class: none, timeToLive: 0),
        Make.record("mx.zone.test", 15, class: none, timeToLive: 0),
        Make.record("same.zone.test", 1, timeToLive: 0, [192, 0, 2, 7]),
      ],
      [
        Make.record("new.zone.test", 28, [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 12)),
        Make.record("old.zone.test", 1, class: any, timeToLive: 0),
        Make.record("all.zone.test", 255, class: any, timeToLive: 0),
        Make.record("one.zone.test", 2, class: none, timeToLive: 0, Make.name("ns.zone.test")),
        Make.record("txt.zone.test", 16, [3] + Array("one".utf8) + [3] + Array("two".utf8)),
      ]),
    Make.dns(flags: 0x2800, [Make.question("empty.test", 6)]),
    Make.dns(flags: 0xa808, [Make.question("zone.test", 6)]),
    Make.dns(flags: 0xa80a),
  ]

  /// RFC 1996: asked for with the authority's record or without, and answered.
  private static let notices: [[UInt8]] = [
    Make.dns(flags: 0x2400, [Make.question("zone.test", 6)]),
    Make.dns(
      flags: 0x2400, [Make.question("zone.test", 6)],
      [
        Make.record(
          "zone.test", 6,
          Make.name("ns.zone.test") + Make.name("mailbox.zone.test")
            + [2_026_112_501, 7200, 3600, 604_800, 300].flatMap { Make.big(UInt32($0)) })
      ]),
    Make.dns(flags: 0xa400, [Make.question("zone.test", 6)]),
  ]

  /// Types whose data events show and others, of several classes.
  private static let types: [[UInt8]] = {
    let digest = [UInt8](repeating: 9, count: 32)
    let records: [[UInt8]] = [
      Make.record("uri.test", 256, [0, 10, 0, 1] + text("ftp://x.test/y")),
      Make.record("caa.test", 257, [128, 5] + text("issueca.test")),
      Make.record("https.test", 65, [0, 1, 0, 0, 1, 0, 3, 2] + text("h2")),
      Make.record("svcb.test", 64, [0, 0] + Make.name("pool.test")),
      Make.record("odd.test", 65_280, [0xc0, 0xff, 0xee]), Make.record("odd.test", 4_711),
      Make.record("class.test", 16, class: 3, [5] + text("chaos")),
      Make.record("class.test", 16, class: 4, [6] + text("hesiod")),
      Make.record("ds.test", 43, [0x30, 0x39, 8, 2] + digest),
      Make.record("dname.test", 39, Make.name("other.test")),
      Make.record("hinfo.test", 13, [3] + text("arm") + [5] + text("linux")),
      Make.record("tlsa.test", 52, [3, 1, 1] + digest),
      Make.record("sshfp.test", 44, [4, 2] + digest),
      Make.record("_x._tcp.test", 33, [0, 1, 0, 2, 0, 0x50] + Make.name("web.test")),
      Make.record("null.test", 10, [1, 2, 3]),
      // Names that go on elsewhere in the message.
      Make.record("mx.test", 15, [0, 5, 4] + text("mail") + [0xc0, 0x0c]),
      Make.record("ptr.test", 12, [0xc0, 0x0c]),
      Make.record("cname.test", 5, [1] + text("x") + [0xc0, 0x0c]),
    ]
    var messages = records.map {
      Make.dns(flags: 0x8580, [Make.question("record.test", 255)], [$0])
    }
    messages += ([251, 252, 65_280, 65, 249] as [UInt16]).map {
      Make.dns(flags: 0x0100, [Make.question("ask.test", $0)])
    }
    messages += ([2, 3, 4, 255] as [UInt16]).map {
      Make.dns(flags: 0x0100, [Make.question("class.test", 1, class: $0)])
    }
    return messages
  }()

  /// RFC 6891: options of every sort, and the upper bits of what came of a query.
  private static let options: [[UInt8]] = {
    let options: [(UInt16, [UInt8])] = [
      (3, []), (3, text("ns1.example")), (8, [0, 1, 24, 0, 192, 0, 2]),
      (8, [0, 2, 56, 0, 0x20, 1, 0x0d, 0xb8, 0, 0, 1]), (10, [UInt8](repeating: 0xc1, count: 8)),
      (10, [UInt8](repeating: 0xc1, count: 24)), (11, [1, 0x2c]),
      (12, [UInt8](repeating: 0, count: 12)), (65_001, text("local")), (65_001, [0, 0xff]),
    ]
    let codes: [(UInt16, UInt8)] = [(0, 1), (3, 1), (7, 1), (9, 0), (5, 0)]
    var messages = options.map {
      Make.dns(flags: 0x0120, [Make.question("edns.test", 1)], [], [], [Make.edns([$0])])
    }
    messages += codes.map { code, extended in
      Make.dns(
        flags: 0x8180 | code, [Make.question("code.test", 1)], [], [], [Make.edns(code: extended)])
    }
    messages += (0...10 as ClosedRange<UInt16>).map {
      Make.dns(flags: 0x8000 | $0 | ($0 & 7) << 4, [Make.question("code.test", 1)])
    }
    return messages
  }()

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
}
