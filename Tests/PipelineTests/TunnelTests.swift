// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Pipeline

/// Packets that packets carry.
@Suite struct TunnelTests {
  private static let inner = SamplePacket.ipv4(17, SamplePacket.udp())
  private static let inner6 = SamplePacket.ipv6(17, SamplePacket.udp())
  private static let ethernet = [UInt8](repeating: 2, count: 12) + [0x08, 0]

  /// Protocols of IP, and what stands before the packet.
  private static let protocols: [(number: UInt8, head: [UInt8])] = [
    (4, []), (47, [0, 0, 0x08, 0]), (47, [0xb0, 0, 0x08, 0] + [UInt8](repeating: 9, count: 12)),
    (47, [0x20, 0, 0x65, 0x58, 0, 0, 0, 1] + ethernet),
    (47, [0x30, 1, 0x88, 0x0b, 0, 40, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 0x21]),
    (47, [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 8) + ethernet),
    (137, [0, 0, 0x11, 64]),
  ]

  private static let ports: [(port: UInt16, head: [UInt8])] = [
    (4789, [8, 0, 0, 0, 0, 0, 1, 0] + ethernet), (8472, [8, 0, 0, 0, 0, 0, 1, 0] + ethernet),
    (6081, [0, 0, 0x65, 0x58, 0, 0, 1, 0] + ethernet),
    (6081, [2, 0, 0x08, 0, 0, 0, 1, 0] + [UInt8](repeating: 0, count: 8)),
  ]

  private static func offset(_ packet: [UInt8]) -> Int? {
    PacketHeaders(packet.bytes).flatMap { Tunnel.packet(in: packet.bytes, $0) }
  }

  @Test func `each tunnel leads to the packet in it`() {
    for (number, head) in Self.protocols {
      let packet = SamplePacket.ipv4(number, head + Self.inner)
      #expect(Self.offset(packet) == 20 + head.count, "\(number): \(head)")
      #expect(Self.offset(SamplePacket.ipv6(number, head + Self.inner)) == 40 + head.count)
      for count in head.indices {
        let part = Array(packet[..<(20 + count)])
        #expect(Self.offset(part) == nil, "\(number): \(count) of \(head)")
      }
      // What a fragment carries is not all there.
      let fragment = SamplePacket.ipv4(number, head + Self.inner, fragment: 0x2000)
      #expect(Self.offset(fragment) == nil)
    }
    for (port, head) in Self.ports {
      let packet = SamplePacket.ipv4(17, SamplePacket.udp(to: port, head + Self.inner))
      #expect(Self.offset(packet) == 28 + head.count, "\(port)")
      let other = SamplePacket.ipv4(17, SamplePacket.udp(from: 9, to: 9, head + Self.inner))
      #expect(Self.offset(other) == nil)
    }
    #expect(Self.offset(SamplePacket.ipv4(41, Self.inner6)) == 20)
    for head in [
      [], [0, 0] + [UInt8](repeating: 3, count: 6), [0, 1, 0, 0] + [UInt8](repeating: 0, count: 9),
    ]
      as [[UInt8]]
    {
      let packet = SamplePacket.ipv4(17, SamplePacket.udp(to: 3544, head + Self.inner6))
      #expect(Self.offset(packet) == 28 + head.count)
    }
    #expect(Self.offset(Self.inner) == nil)
  }
}
