// SPDX-License-Identifier: Apache-2.0

import Policy

/// Packets as hosts send them, from the IP header on, in network byte order.
enum SamplePackets {
  /// A packet that gives an event.
  ///
  /// - Parameters:
  ///   - number: tells it from those before it: the ids of its headers and its place in the stream.
  ///   - flow: the number of its connection.
  ///   - perFlow: how many packets its connection had before it.
  static func packet(
    giving kind: EventKind, number: Int = 0, flow: Int = 0, perFlow: Int = 0
  ) -> [UInt8] {
    let payload = payload(of: kind, number)
    let isAnswer = kind == .dns || kind == .dnsResponse || kind == .httpResponse
    func ports(_ server: Int) -> [UInt8] {
      let client = 1024 + flow % 60_000
      return isAnswer ? big(server, 2) + big(client, 2) : big(client, 2) + big(server, 2)
    }
    func tcp(_ server: Int) -> [UInt8] {
      ports(server) + big(perFlow * payload.count, 4) + big(2000, 4)
        + [0x80, payload.isEmpty ? 0x10 : 0x18, 1, 0xf6, 0x18, 0x4a, 0, 0]
        + [1, 1, 8, 10] + big(number, 4) + big(number, 4) + payload
    }
    func udp(_ server: Int) -> [UInt8] {
      ports(server) + big(8 + payload.count, 2) + [0x2c, 0x71] + payload
    }
    switch kind {
    case .ipv4, .tcp: return ipv4(6, tcp(443), number, flow)
    case .ipv6: return ipv6(6, tcp(443))
    case .udp: return ipv4(17, udp(443), number, flow)
    case .icmp:
      return ipv4(1, [8, 0, 0x43, 0x21] + big(77, 2) + big(number, 2) + zeros(56), number, flow)
    case .icmpv6: return ipv6(58, [128, 0, 0x43, 0x21] + big(77, 2) + big(number, 2) + zeros(56))
    case .dns, .dnsRequest, .dnsResponse: return ipv4(17, udp(53), number, flow)
    case .http, .httpRequest, .httpResponse: return ipv4(6, tcp(80), number, flow)
    }
  }

  /// Where a TCP segment of IPv4 has its sequence number, and how much payload it carries.
  static func stream(of packet: [UInt8]) -> (sequence: Int, payload: Int)? {
    packet[9] == 6 && packet[0] == 0x45 ? (24, packet.count - 52) : nil
  }

  private static func payload(of kind: EventKind, _ number: Int) -> [UInt8] {
    switch kind {
    case .udp: zeros(32)
    case .dnsRequest:
      big(number, 2) + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name("www", "example", "com") + [
        0, 1, 0, 1,
      ]
    case .dns, .dnsResponse:
      big(number, 2) + [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + name("www", "example", "com")
        + [0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 14, 16, 0, 4, 93, 184, 216, 34]
    case .http, .httpRequest:
      Array(
        """
        GET /index.html?n=1 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/8.5.0\r\n\
        Accept: */*\r\n\r\n
        """.utf8)
    case .httpResponse:
      Array(
        """
        HTTP/1.1 304 Not Modified\r\nServer: nginx\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n\
        Connection: keep-alive\r\nETag: "6553f0a0-267"\r\n\r\n
        """.utf8)
    case .ipv4, .ipv6, .tcp, .icmp, .icmpv6: []
    }
  }

  private static func ipv4(
    _ transport: UInt8, _ content: [UInt8], _ number: Int, _ flow: Int
  ) -> [UInt8] {
    [0x45, 0] + big(20 + content.count, 2) + big(number, 2) + [0x40, 0, 64, transport, 0xaa, 0x55]
      + [10, 0] + big(flow / 60_000, 2) + [192, 168, 0, 1] + content
  }

  private static func ipv6(_ next: UInt8, _ content: [UInt8]) -> [UInt8] {
    [0x60, 2, 0x6c, 0x71] + big(content.count, 2) + [next, 64]
      + [0x20, 0x01, 0x0d, 0xb8] + zeros(11) + [1] + [0x20, 0x01, 0x0d, 0xb8] + zeros(11) + [2]
      + content
  }

  private static func name(_ labels: String...) -> [UInt8] {
    labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  private static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

  /// The last bytes of a number.
  private static func big(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
  }
}
