// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Pipeline

@Suite struct LinkViewTests {
  static let packet = SamplePacket.ipv4(17, SamplePacket.udp())
  static let addresses = [UInt8](repeating: 2, count: 12)

  private static func view(_ frame: [UInt8], _ number: UInt32) -> LinkView? {
    LinkType(number: number).flatMap { LinkView(frame.span.bytes, $0) }
  }

  @Test func `Ethernet carries IP, also behind VLAN tags`() {
    let tags: [[UInt8]] = [[], [0x81, 0, 0, 1], [0x88, 0xa8, 0, 2, 0x81, 0, 0, 1]]
    for tag in tags {
      for type in [[0x08, 0], [0x86, 0xdd]] as [[UInt8]] {
        let head = Self.addresses + tag + type
        #expect(Self.view(head + Self.packet, 1)?.offset == head.count)
        for count in 0..<head.count {
          #expect(Self.view(Array(head[..<count]), 1) == nil)
        }
      }
      #expect(Self.view(Self.addresses + tag + [0x08, 0x06] + Self.packet, 1) == nil)
    }
    let endless = Self.addresses + (0..<1_000).flatMap { _ in [0x81, 0, 0, 1] as [UInt8] }
    #expect(Self.view(endless + [0x08, 0], 1) == nil)
  }

  @Test(arguments: [12, 14, 101, 228, 229] as [UInt32])
  func `raw IP begins with its header`(number: UInt32) {
    #expect(Self.view(Self.packet, number)?.offset == 0)
  }

  @Test func `loopback of BSD has the family in one byte order or the other`() {
    for family in [2, 10, 24, 28, 30] as [UInt8] {
      #expect(Self.view([family, 0, 0, 0] + Self.packet, 0)?.offset == 4)
      #expect(Self.view([0, 0, 0, family] + Self.packet, 0)?.offset == 4)
      #expect(Self.view([0, 0, 0, family] + Self.packet, 108)?.offset == 4)
      #expect(Self.view([family, 0, 0, 0] + Self.packet, 108) == nil)
    }
    #expect(Self.view([7, 0, 0, 0] + Self.packet, 0) == nil)
    #expect(Self.view([2, 0, 0], 0) == nil)
  }

  @Test func `cooked captures say which way a packet went, and version 2 on which interface`() {
    for (type, direction) in [
      (0, .ingress), (1, .ingress), (3, .ingress), (4, .egress), (5, nil),
    ] as [(UInt8, PacketDirection?)] {
      let first: [UInt8] = [0, type, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x08, 0]
      let view = Self.view(first + Self.packet, 113)
      #expect(view?.offset == 16 && view?.direction == direction)
      let second: [UInt8] = [0x86, 0xdd, 0, 0, 0, 0, 0, 7, 0, 1, type, 6]
      let other = Self.view(second + [UInt8](repeating: 0, count: 8) + Self.packet, 276)
      #expect(other?.offset == 20 && other?.direction == direction && other?.interface == 7)
      #expect(Self.view(second, 276) == nil)
    }
  }

  @Test func `what pads a frame is no part of the packet`() {
    let padded = Self.packet + [UInt8](repeating: 0, count: 30)
    #expect(LinkView.length(of: padded.span.bytes, room: padded.count) == Self.packet.count)
    // A frame that was cut is as long as the packet says.
    #expect(LinkView.length(of: Self.packet.span.bytes, room: 20) == 20)
    var segments = Self.packet
    (segments[2], segments[3]) = (0, 0)
    #expect(LinkView.length(of: segments.span.bytes, room: 70_000) == 70_000)
    let six = SamplePacket.ipv6(17, SamplePacket.udp())
    #expect(LinkView.length(of: (six + [0, 0]).span.bytes, room: six.count + 2) == six.count)
  }

  @Test func `other link types are not known`() {
    for number in [2, 105, 127, 147, 999, .max] as [UInt32] {
      #expect(LinkType(number: number) == nil)
    }
  }
}
