import TestSupport

/// Captures of both formats, in both byte orders, of every link type.
enum CaptureSeeds {
  static let all = [false, true].flatMap { isBig in
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

  private static let links: [(UInt32, [UInt8])] = [
    (0, [2, 0, 0, 0]), (1, [UInt8](repeating: 1, count: 12) + [0x08, 0]),
    (1, [UInt8](repeating: 1, count: 12) + [0x81, 0, 0, 7, 0x86, 0xdd]), (101, []),
    (108, [0, 0, 0, 2]), (113, [0, 4] + [UInt8](repeating: 0, count: 12) + [0x08, 0]),
    (276, [0x08, 0, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6] + [UInt8](repeating: 0, count: 8)),
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
}
