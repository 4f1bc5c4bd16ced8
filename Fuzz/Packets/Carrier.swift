// SPDX-License-Identifier: Apache-2.0

/// What carries the bytes of an input.
enum Carrier: CaseIterable {
  /// Nothing: they are the packet.
  case none
  case dnsOverUDP
  case dnsOverTCP
  case httpRequest
  case httpResponse
  case dnsOverUDPOverIPv6
  case httpOverIPv6

  /// The most bytes that are taken, so that every length fits its field.
  static let limit = 60_000

  /// A packet that carries bytes.
  func packet(around bytes: [UInt8]) -> [UInt8] {
    switch self {
    case .none: bytes
    case .dnsOverUDP: Self.ipv4(17, Self.udp(bytes))
    case .dnsOverTCP: Self.ipv4(6, Self.tcp(from: 53, to: 40_000, big(bytes.count) + bytes))
    case .httpRequest: Self.ipv4(6, Self.tcp(from: 40_000, to: 80, bytes))
    case .httpResponse: Self.ipv4(6, Self.tcp(from: 80, to: 40_000, bytes))
    case .dnsOverUDPOverIPv6: Self.ipv6(17, Self.udp(bytes))
    case .httpOverIPv6: Self.ipv6(6, Self.tcp(from: 40_000, to: 8080, bytes))
    }
  }

  private static func ipv4(_ nextProtocol: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0x45, 0] + big(20 + payload.count) + [0, 0, 0x40, 0, 64, nextProtocol, 0, 0]
      + [192, 0, 2, 1, 198, 51, 100, 2] + payload
  }

  private static func ipv6(_ nextHeader: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0x60, 0, 0, 0] + big(payload.count) + [nextHeader, 63]
      + [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]
      + [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [2] + payload
  }

  private static func udp(_ payload: [UInt8]) -> [UInt8] {
    big(40_000) + big(53) + big(8 + payload.count) + [0, 0] + payload
  }

  private static func tcp(from: Int, to: Int, _ payload: [UInt8]) -> [UInt8] {
    big(from) + big(to) + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0] + payload
  }
}

/// The lower 16 bits of a number in network byte order.
func big(_ number: Int) -> [UInt8] {
  [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
}
