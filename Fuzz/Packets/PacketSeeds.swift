// SPDX-License-Identifier: Apache-2.0

/// Packets that mean something.
enum PacketSeeds {
  static let all = packets + carried

  /// IPv4 with options, a first and a later fragment; each transport; IPv6 with all extension headers, and with more than
  /// are followed.
  private static let packets: [[UInt8]] = [
    ipv4(17, zeros, options: [7, 7, 4, 0, 0, 0, 0, 0]), ipv4(6, zeros, fragment: 0x2005),
    ipv4(17, [0x9c, 0x40, 0, 53, 0, 8, 0, 0], fragment: 0x2000),
    ipv4(6, segment(flags: 0x1ff)), ipv4(6, segment(words: 15, options: 40)),
    ipv4(6, segment(words: 5).dropLast()),
    ipv4(1, [8, 0, 0, 0, 0, 1, 0, 1]), ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0] + ipv4(17, zeros)),
    ipv4(47, zeros), ipv6(58, [135, 0, 0, 0, 0, 0, 0, 0] + zeros), ipv6(58, [143, 0, 0, 0]),
    ipv6(59, []), ipv6(0, [43, 0, 5, 2, 0, 0, 0, 0] + extensions + segment()),
    ipv6(44, [17, 0, 0, 9, 0, 0, 0, 1] + zeros), ipv6(44, [17, 0, 0, 1] + zeros),
    ipv6(0, chain(of: 12, then: 58) + [128, 0, 0, 0, 0, 1, 0, 1]),
    ipv6(0, chain(of: 200, then: 6) + segment()),
    ipv6(60, [6, 255] + [UInt8](repeating: 0, count: 2046) + segment()),
  ]

  private static let zeros = [UInt8](repeating: 0, count: 16)

  /// Routing, fragment, authentication and destination options.
  private static let extensions: [UInt8] =
    [44, 0, 1, 4, 0, 0, 0, 0] + [51, 0, 0, 0, 0, 0, 0, 0] + [60, 1, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1]
    + [6, 1] + zeros.prefix(14)

  private static let carried: [[UInt8]] =
    [Carrier.dnsOverUDP, .dnsOverTCP, .dnsOverUDPOverIPv6].map {
      $0.packet(around: MessageSeeds.query)
    }
    + [Carrier.httpRequest, .httpResponse, .httpOverIPv6].map {
      $0.packet(around: Array("GET /a HTTP/1.1\r\nHost: b\r\n\r\n".utf8))
    }

  static func ipv4(
    _ nextProtocol: UInt8, _ payload: some Collection<UInt8>, options: [UInt8] = [],
    fragment: Int = 0x4000
  ) -> [UInt8] {
    [0x45 + UInt8(options.count / 4), 0] + big(20 + options.count + payload.count) + [0, 1]
      + big(fragment) + [64, nextProtocol, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2] + options + payload
  }

  static func ipv6(_ nextHeader: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0x60, 0, 0, 0] + big(payload.count) + [nextHeader, 63]
      + [0x20, 0x01, 0x0d, 0xb8] + zeros.prefix(11) + [1]
      + [0x20, 0x01, 0x0d, 0xb8] + zeros.prefix(11) + [2] + payload
  }

  static func segment(flags: Int = 0x18, words: Int = 5, options: Int = 0) -> [UInt8] {
    [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1] + big(words << 12 | flags)
      + [1, 0, 0, 0, 0, 0] + [UInt8](repeating: 1, count: options)
  }

  private static func chain(of count: Int, then next: UInt8) -> [UInt8] {
    (1...count).flatMap { [$0 == count ? next : 60, 0, 1, 4, 0, 0, 0, 0] as [UInt8] }
  }

  /// Frames of each link type.
  static let frames = CaptureSeeds.links.flatMap { _, head in
    [packets[0], packets[12]].map { head + $0 }
  }
}
