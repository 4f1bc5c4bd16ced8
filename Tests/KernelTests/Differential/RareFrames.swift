// SPDX-License-Identifier: Apache-2.0

/// Frames of every sort that is rare, each well formed.
enum RareFrames {
  static let all: [[UInt8]] = ipv4 + ipv6 + tcp + icmp + icmpv6

  private typealias Make = HandMadePacket

  /// Options, services, times to live, fragments that overlap or not, and other protocols.
  private static let ipv4: [[UInt8]] = {
    let zeros = [UInt8](repeating: 0, count: 32)
    let options: [[UInt8]] = [
      [1, 1, 1, 1], [148, 4, 0, 0], [7, 7, 4, 0, 0, 0, 0, 0], [68, 8, 5, 0, 0, 0, 0, 0],
      [130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [UInt8](repeating: 1, count: 40),
    ]
    let services: [UInt8] = [0x04, 0x10, 0x2e, 0xb9, 0xff]
    let fragments: [UInt16] = [0x2000, 0x2001, 0x2003, 0x0005, 0x4000, 0x8000, 0x3fff, 0x1fff]
    let numbers: [UInt8] = [2, 47, 50, 61, 89, 103, 112, 132, 143, 253, 255]
    var frames = options.map { Make.ipv4(17, Make.udp(), options: $0) }
    frames += services.map { Make.ipv4(6, Make.tcp(), service: $0) }
    frames += ([0, 1, 2, 30, 128, 255] as [UInt8]).map {
      Make.ipv4(17, Make.udp(), timeToLive: $0)
    }
    frames += fragments.map { Make.ipv4(17, Make.udp(zeros), fragment: $0) }
    for fragment in [0x2000, 0x0001] as [UInt16] {
      frames += [Make.ipv4(6, Make.tcp(), fragment: fragment)]
      frames += [Make.ipv4(1, Make.icmp(8), fragment: fragment)]
    }
    return frames + numbers.map { Make.ipv4($0, zeros) }
  }()

  /// A header of options that pad it, of so many bytes.
  private static func options(_ next: UInt8, _ size: Int = 8) -> [UInt8] {
    [next, UInt8(size / 8 - 1)] + [UInt8](repeating: 0, count: size - 2)
  }

  private static func routing(_ next: UInt8) -> [UInt8] {
    [next, 2, 4, 0, 0, 0, 0, 0] + [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [2]
  }

  private static func fragment(_ next: UInt8, _ offsetAndMore: UInt16) -> [UInt8] {
    [next, 0] + Make.big(offsetAndMore) + [0, 0, 0, 9]
  }

  /// Its length counts words of four bytes, two of which are not counted (RFC 4302 §2.2).
  private static func authentication(_ next: UInt8, _ size: Int = 24) -> [UInt8] {
    [next, UInt8(size / 4 - 2), 0, 0, 0, 0, 0, 1, 0, 0, 0, 5]
      + [UInt8](repeating: 0xa5, count: size - 12)
  }

  /// Every header between those of IPv6 and of what it carries.
  private static let ipv6: [[UInt8]] = {
    var frames: [[UInt8]] = [Make.ipv6(59, []), Make.ipv6(59, [1, 2, 3])]
    let carried: [(UInt8, [UInt8])] = [(6, Make.tcp()), (17, Make.udp()), (58, Make.icmp(128))]
    for (next, payload) in carried {
      var chain = options(60) + options(43) + routing(44) + fragment(51, 1)
      chain += authentication(60) + options(next)
      let headers: [(UInt8, [UInt8])] = [
        (0, options(next)), (0, options(next, 24)), (60, options(next)), (60, options(next, 264)),
        (43, routing(next)), (44, fragment(next, 1)), (44, fragment(next, 0)),
        (44, fragment(next, 9)), (44, fragment(next, 16)), (51, authentication(next, 16)),
        (51, authentication(next)), (51, authentication(next, 44)), (0, chain), (0, options(59)),
      ]
      frames += headers.map { Make.ipv6($0, $1 + payload) }
      frames += [0x6000_0000, 0x6fff_ffff].map { Make.ipv6(next, payload, start: $0) }
    }
    return frames
  }()

  /// Every flag alone and all of them, options of all sizes, and an urgent place.
  private static let tcp: [[UInt8]] = {
    let offer: [UInt8] = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]
    var frames = (0..<9).map { Make.ipv4(6, Make.tcp(flags: 1 << $0)) }
    frames += ([0, 0x1ff, 0x1c2, 0x0d2] as [UInt16]).map { Make.ipv6(6, Make.tcp(flags: $0)) }
    frames += [
      Make.ipv4(6, Make.tcp(flags: 2, options: offer)),
      Make.ipv6(6, Make.tcp(options: [UInt8](repeating: 1, count: 40))),
      Make.ipv4(6, Make.tcp(flags: 0x38, urgent: 3, [1, 2, 3])),
      Make.ipv4(6, Make.tcp(sequence: .max, [0xfe])),
    ]
    return frames
  }()

  /// Every type that is registered, most with several codes, and some that are not.
  private static let icmp: [[UInt8]] = {
    let body = [UInt8](repeating: 0, count: 24)
    let types: [UInt8] =
      [0] + Array(8...10) + Array(13...19) + Array(30...39) + [41, 42, 44, 253, 254, 255]
    // An error quotes a header and eight bytes.
    let quoted = Make.ipv4(17, Make.udp([]))
    var frames = types.map { Make.ipv4(1, Make.icmp($0, 0, body)) }
    frames += codes([(3, 17), (4, 1), (5, 4), (11, 2), (12, 3)]).map {
      Make.ipv4(1, Make.icmp($0, $1, id: 0, quoted))
    }
    return frames + codes([(40, 7), (43, 6), (8, 3)]).map { Make.ipv4(1, Make.icmp($0, $1)) }
  }()

  /// As for ICMP; with the bodies that these have at least.
  private static let icmpv6: [[UInt8]] = {
    let quoted = Make.ipv6(17, Make.udp([]))
    let types: [UInt8] = [100, 101, 128, 129] + Array(130...161) + [200, 201, 250]
    let alert: [UInt8] = [58, 0, 5, 2, 0, 0, 1, 0]
    var frames = codes([(1, 10), (2, 1), (3, 3), (4, 12)]).map {
      Make.ipv6(58, Make.icmp($0, $1, id: 0, quoted))
    }
    frames += types.map { type in
      Make.ipv6(58, Make.icmp(type, id: 0, [UInt8](repeating: 0, count: type == 137 ? 32 : 16)))
    }
    // A query of any listener, and a report of two groups (RFC 3810 §5.1, §5.2).
    let query = [UInt8](repeating: 0, count: 16) + [2, 125, 0, 0]
    frames += [
      Make.ipv6(0, alert + Make.icmp(130, id: 1000, query)),
      Make.ipv6(0, alert + Make.icmp(143, id: 0, sequence: 2, group(4, 0x16) + group(3, 0xfb))),
    ]
    return frames
  }()

  private static func group(_ sort: UInt8, _ last: UInt8) -> [UInt8] {
    [sort, 0, 0, 0, 0xff, 0x02] + [UInt8](repeating: 0, count: 13) + [last]
  }

  /// The first codes of types.
  private static func codes(_ counts: [(type: UInt8, count: UInt8)]) -> [(UInt8, UInt8)] {
    counts.flatMap { type, count in (0..<count).map { (type, $0) } }
  }
}
