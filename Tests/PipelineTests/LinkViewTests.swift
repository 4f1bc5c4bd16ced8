// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Pipeline

@Suite struct LinkViewTests {
  static let packet = SamplePacket.ipv4(17, SamplePacket.udp())
  static let addresses = [UInt8](repeating: 2, count: 12)

  private static func view(_ frame: [UInt8], _ number: UInt32) -> LinkView? {
    LinkView(frame.span.bytes, LinkType(number: number))
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
    let many = Self.addresses + (0..<1_000).flatMap { _ in [0x81, 0, 0, 1] as [UInt8] }
    #expect(Self.view(many + [0x08, 0], 1)?.offset == many.count + 2)
    #expect(Self.view(many, 1) == nil)
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

  /// Frames of each link type, by its number, and what stands before their packets.
  private static let heads: [(number: UInt32, head: [UInt8])] = [
    (1, addresses + [0x88, 0x47, 0, 0, 0x10, 64, 0, 0, 0x21, 64]),
    (1, addresses + [0x88, 0x47, 0, 0, 0x11, 64, 0, 0, 0, 0] + addresses + [0x08, 0]),
    (1, addresses + [0x81, 0, 0, 1, 0x88, 0x64, 0x11, 0, 0, 1, 0, 40, 0, 0x21]),
    (1, addresses + [0, 40, 0xaa, 0xaa, 3, 0, 0, 0, 0x08, 0]), (1, addresses + [0, 40, 6, 6, 3]),
    (1, addresses + [0x89, 0x26, 0, 0, 0, 0, 0x08, 0]),
    (1, addresses + [0x89, 0x3f, 0, 0, 0, 0, 0, 0, 0x08, 0]),
    (9, [0xff, 3, 0, 0x21]), (9, [0, 0x21]), (9, [0x21]), (9, [0, 0x57]),
    (9, [0x02, 0x81, 0, 0, 1, 64]), (10, [UInt8](repeating: 1, count: 13) + [6, 6, 3]),
    (50, [0x0f, 0, 0x08, 0]), (50, [0xff, 3, 0, 0x21]), (51, [0x11, 0, 0, 1, 0, 40, 0, 0x21]),
    (100, [0xaa, 0xaa, 3, 0, 0, 0, 0x08, 0]), (104, [0x8f, 0, 0x86, 0xdd]),
    (105, [8, 1] + [UInt8](repeating: 0, count: 22) + [0xaa, 0xaa, 3, 0, 0, 0, 8, 0]),
    (107, [0x18, 0x41, 3, 0xcc]), (107, [0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0]),
    (107, [0x18, 0x41, 8, 0]), (107, [0x18, 0x40, 0, 0x01, 3, 0x8e]),
    // Radiotap with a time and flags: a header that is filled up, of QoS data.
    (
      127,
      [0, 0, 17, 0, 3, 0, 0, 0] + [UInt8](repeating: 9, count: 8) + [0x20, 0x88, 1]
        + [UInt8](repeating: 0, count: 24) + [0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0]
    ),
    (166, [0, 3, 0, 0x21]), (192, [0, 0, 8, 0, 1, 0, 0, 0] + addresses + [0x08, 0]),
    (204, [1, 0xff, 3, 0, 0x21]), (205, [0, 0x0f, 0, 0x08, 0]), (206, [1, 0x18, 0x41, 3, 0xcc]),
    (239, [2, 0, 0, 1, 8, 0, 1, 0, 8, 0, 3, 0, 8, 0, 5, 0, 0, 0, 0, 7, 60, 0, 9, 0]),
    (242, [UInt8](repeating: 0, count: 40) + [0x08, 0, 0, 0]),
    (113, [0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 4, 6, 6, 3]),
  ]

  @Test(arguments: heads.indices)
  func `a packet is found behind each link's header, and not in a part of it`(index: Int) {
    let (number, head) = Self.heads[index]
    #expect(Self.view(head + Self.packet, number)?.offset == head.count, "\(number): \(head)")
    for count in head.indices {
      #expect(Self.view(Array(head[..<count]), number) == nil, "\(number): \(count) of \(head)")
    }
  }

  @Test func `links that record the way of a packet give it`() {
    for (value, direction) in [(0, .ingress), (1, .egress)] as [(UInt8, PacketDirection)] {
      #expect(Self.view([value, 0x0f, 0, 8, 0] + Self.packet, 205)?.direction == direction)
      #expect(Self.view([value, 3, 0, 0x21] + Self.packet, 166)?.direction == direction)
    }
    for (hook, direction) in [(0, .ingress), (1, .ingress), (2, nil), (3, .egress), (4, .egress)]
      as [(UInt8, PacketDirection?)]
    {
      let little: [UInt8] =
        [2, 0, 0, 1, 8, 0, 1, 0, 8, 0, hook, 0, 8, 0, 4, 0, 0, 0, 0, 7, 60, 0, 9, 0]
      let big: [UInt8] =
        [2, 0, 0, 1, 0, 8, 0, 1, 8, 0, hook, 0, 0, 8, 0, 4, 0, 0, 0, 7, 0, 60, 0, 9]
      for log in [little, big] {
        let view = Self.view(log + Self.packet, 239)
        #expect(view == Self.view(little + Self.packet, 239))
        #expect(view?.offset == 24 && view?.direction == direction && view?.interface == 7)
      }
    }
  }

  @Test func `what is encrypted or cut on the air is no packet`() {
    let tail = [UInt8](repeating: 0, count: 20) + [0xaa, 0xaa, 3, 0, 0, 0, 8, 0] + Self.packet
    for (start, isRead) in [
      ([8, 1, 0, 0], true), ([8, 0x41, 0, 0], false), ([0x48, 1, 0, 0], false),
      ([0x80, 0, 0, 0], false), ([9, 1, 0, 0], false),
    ] as [([UInt8], Bool)] {
      #expect((Self.view(start + tail, 105) != nil) == isRead, "\(start)")
    }
    var later = [8, 1, 0, 0] + tail
    later[22] = 1
    #expect(Self.view(later, 105) == nil)
  }

  @Test func `other link types are named`() {
    for number in [2, 119, 147, 999, .max] as [UInt32] {
      #expect(LinkType(number: number) == .unread(number))
    }
    #expect(LinkType.text(ofNumber: 189) == "USB_LINUX (189)")
    #expect(LinkType.text(ofNumber: 999) == "999")
  }
}
