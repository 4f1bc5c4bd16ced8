// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Captures of both formats, in both byte orders, of every link type.
enum CaptureSeeds {
  static let all = plain + plain.suffix(4).map(compressed)

  private static let plain = [false, true].flatMap { isBig in
    let sample = SampleCapture(isBig: isBig)
    return links.map { number, head in
      sample.pcap([head + packet, head + segment], link: number, nano: isBig)
    } + [blocks(sample), blocks(sample) + blocks(SampleCapture(isBig: !isBig))]
  }

  private static let packet: [UInt8] =
    [0x45, 0, 0, 31, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
    + [0x9c, 0x40, 0, 53, 0, 11, 0, 0, 1, 2, 3]

  private static let segment: [UInt8] =
    [0x60, 0, 0, 0, 0, 38, 6, 64] + [UInt8](repeating: 0, count: 32)
    + [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0]
    + Array("GET / HTTP/1.1\r\n\r\n".utf8)

  static let links: [(UInt32, [UInt8])] = [
    (0, [2, 0, 0, 0]), (1, [UInt8](repeating: 1, count: 12) + [0x08, 0]),
    (1, [UInt8](repeating: 1, count: 12) + [0x81, 0, 0, 7, 0x86, 0xdd]), (101, []),
    (108, [0, 0, 0, 2]), (113, [0, 4] + [UInt8](repeating: 0, count: 12) + [0x08, 0]),
    (276, [0x08, 0, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6] + [UInt8](repeating: 0, count: 8)),
    (1, [UInt8](repeating: 1, count: 12) + [0x88, 0x47, 0, 0, 0x10, 64, 0, 0, 0x21, 64]),
    (1, [UInt8](repeating: 1, count: 12) + [0x88, 0x64, 0x11, 0, 0, 1, 0, 40, 0, 0x21]),
    (9, [0xff, 3, 0, 0x21]), (107, [0x18, 0x41, 3, 0xcc]),
    (239, [2, 0, 0, 1, 8, 0, 1, 0, 8, 0, 3, 0, 60, 0, 9, 0]),
    (127, [0, 0, 8, 0, 0, 0, 0, 0, 8, 1] + [UInt8](repeating: 0, count: 22) + [6, 6, 3]),
  ]

  private static func blocks(_ sample: SampleCapture) -> [UInt8] {
    var capture = sample.section + sample.interface(resolution: 9)
    capture += sample.interface(link: 1, snapLength: 64, resolution: 0x8a, offset: -7)
    capture += sample.block(0x0bad, [1, 2, 3]) + sample.packet(packet, time: 5, flags: 2)
    capture += sample.packet(segment, interface: 1, time: 1 << 40, length: 9_000)
    capture += sample.block(3, sample.number(UInt32(packet.count)) + packet)
    let header = sample.number(0 as UInt16) + sample.number(3 as UInt16)
    let count = sample.number(UInt32(packet.count))
    return capture
      + sample.block(2, header + sample.number(7 as UInt64) + count + count + packet)
  }

  /// Messages and heads, whole, and the segments of each in another order.
  static let ofMessages: [[UInt8]] = {
    let sample = SampleCapture()
    let messages = MessageSeeds.all.map { Carrier.dnsOverUDP.packet(around: $0) }
    let heads = HeadSeeds.all.map { Carrier.httpRequest.packet(around: Array($0.prefix(1_000))) }
    let streams = [
      ([0, UInt8(MessageSeeds.query.count)] + MessageSeeds.query, 53),
      (Array("GET /a/b HTTP/1.1\r\nHost: name.test\r\n\r\n".utf8), 80),
    ].map { bytes, port in
      let cuts = [(20, bytes.count), (0, 10), (5, 10), (10, 20)]
      return sample.pcap(cuts.map { segment(to: port, at: $0, Array(bytes[$0..<$1])) })
    }
    let datagram =
      [0x9c, 0x40] + big(53) + big(8 + MessageSeeds.query.count) + [0, 0] + MessageSeeds.query
    let fragments = [
      PacketSeeds.ipv4(17, datagram.dropFirst(16), fragment: 2),
      PacketSeeds.ipv4(17, datagram.prefix(16), fragment: 0x2000),
    ]
    return [sample.pcap(messages), sample.pcap(heads), sample.pcap(fragments)] + streams
  }()

  private static func segment(to port: Int, at place: Int, _ payload: [UInt8]) -> [UInt8] {
    let header: [UInt8] = [0x9c, 0x40] + big(port) + [0, 0] + big(place) + [0, 0, 0, 1]
    return PacketSeeds.ipv4(6, header + [0x50, 0x18, 1, 0, 0, 0, 0, 0] + payload)
  }

  /// A member of gzip with a block that is stored as it is (RFC 1951 §3.2.4, RFC 1952 §2.3).
  private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    let length = UInt16(bytes.count)
    var checksum: UInt32 = .max
    for byte in bytes {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 0 ? 0 : 0xedb8_8320) }
    }
    let sample = SampleCapture()
    return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1] + sample.number(length) + sample.number(~length)
      + bytes + sample.number(~checksum) + sample.number(UInt32(bytes.count))
  }
}
