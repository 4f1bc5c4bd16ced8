/// Packets, messages and heads that mean something, each behind the byte that says what it is.
enum PacketSeeds {
  static let all =
    packets.map { [PacketInput.packet.rawValue] + $0 } + records
    + messages.flatMap { message in
      [PacketInput.dnsOverUDP, .dnsOverTCP, .dnsOverUDPOverIPv6].map { [$0.rawValue + 8] + message }
    }
    + heads.flatMap { head in
      [PacketInput.httpRequest, .httpResponse, .httpOverIPv6].map { [$0.rawValue + 8] + head.utf8 }
    }

  private static let zeros = [UInt8](repeating: 0, count: 16)

  /// IPv4 with options, a later fragment, ICMP, ICMPv6, and IPv6 with all extension headers.
  private static let packets: [[UInt8]] = [
    [0x46, 0, 0, 52, 0, 1, 0, 0, 64, 17, 0, 0] + zeros.prefix(8) + [1, 1, 1, 0] + zeros,
    [0x45, 0, 0, 36, 0, 1, 0x20, 5, 64, 6, 0, 0] + zeros + zeros,
    [0x45, 0, 0, 28, 0, 1, 0, 0, 64, 1, 0, 0] + zeros.prefix(8) + [8, 0, 0, 0, 0, 1, 0, 1],
    [0x60, 0, 0, 0, 0, 8, 58, 255] + zeros + zeros + [135, 0, 0, 0, 0, 0, 0, 0],
    [0x60, 0, 0, 0, 0, 92, 0, 64] + zeros + zeros
      + [43, 0, 1, 4, 0, 0, 0, 0] + [44, 0, 0, 0, 0, 0, 0, 0] + [51, 0, 0, 1, 0, 0, 0, 9]
      + [60, 1] + zeros.prefix(10) + [6, 0, 0, 0, 0, 0, 0, 0]
      + [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 2, 1, 0, 0, 0, 0, 0],
  ]

  private static let records = packets.flatMap { packet in
    [false, true].map { isOwned in
      [PacketInput.record.rawValue] + PacketInput.record(of: packet, isOwned: isOwned)
    }
  }

  private static let question: [UInt8] =
    [3] + "www".utf8 + [7] + "example".utf8 + [3] + "com".utf8 + [0]

  /// A query, and an answer with a record of each type that has a form of its own.
  private static let messages: [[UInt8]] = [
    [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + question + [0, 1, 0, 1],
    [0, 1, 0x81, 0x80, 0, 1, 0, 11, 0, 1, 0, 1] + question + [0, 255, 0, 1]
      + record(1, [192, 0, 2, 1]) + record(28, zeros) + record(5, [0xc0, 16])
      + record(2, [2] + "ns".utf8 + [0xc0, 16]) + record(12, [0xc0, 12])
      + record(15, [0, 10, 0xc0, 12]) + record(16, [2] + "ab".utf8 + [0] + [1] + "c".utf8)
      + record(33, [0, 1, 0, 2, 0, 80, 0xc0, 12]) + record(256, [0, 1, 0, 2] + "https://a".utf8)
      + record(65, [0, 1, 0]) + record(46, zeros)
      + record(6, [0xc0, 12, 0xc0, 16] + zeros + [0, 0, 0, 1])
      + [0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 7, 0, 10, 0, 3, 1, 2, 3],
  ]

  private static func record(_ type: Int, _ data: [UInt8]) -> [UInt8] {
    [0xc0, 12] + big(type) + [0, 1, 0, 0, 1, 44] + big(data.count) + data
  }

  private static let heads = [
    "GET /a%20b?c=d#e HTTP/1.1\r\nHost: example.com:80\r\nUser-Agent: curl/8\r\nX: a\r\nX: b\r\n\r\n",
    "POST http://user@[2001:db8::1]:80/z HTTP/1.0\r\ncontent-length: 5\r\n\r\nhello",
    "CONNECT example.com:443 HTTP/1.1\nHost: example.com\n\n",
    "OPTIONS * HTTP/1.1\r\nHost:\r\n folded\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nSet-Cookie: a=\"b\"\r\n\r\n0\r\n\r\n",
    "HTTP/1.0 404 \r\nContent-Length: 18446744073709551616\r\n\r\n",
  ]
}
