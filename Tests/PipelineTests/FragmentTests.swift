// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@testable import Pipeline

/// Packets that are put together from fragments.
@Suite struct FragmentTests {
  /// A packet, and the fragments into which it was cut.
  struct Cut {
    let whole: [UInt8]
    var fragments: [[UInt8]] = []

    /// Cuts a datagram at multiples of eight.
    init(isIPv6: Bool, size: Int = 64, bytes: Int = 300, id: UInt8 = 7) {
      let payload = SamplePacket.udp((0..<bytes).map { UInt8(truncatingIfNeeded: $0) })
      if isIPv6 {
        whole = SamplePacket.ipv6(17, payload)
      } else {
        var packet = SamplePacket.ipv4(17, payload, fragment: 0)
        (packet[4], packet[5], packet[10], packet[11]) = (0, id, 0, 0)
        packet.replaceSubrange(
          10..<12, with: SamplePacket.big(packet.bytes.extracting(first: 20).internetChecksum))
        whole = packet
      }
      for start in stride(from: 0, to: payload.count, by: size) {
        let end = min(start + size, payload.count)
        let more: UInt16 = end < payload.count ? 1 : 0
        let part = Array(payload[start..<end])
        if isIPv6 {
          fragments.append(
            SamplePacket.ipv6(
              44, [17, 0] + SamplePacket.big(UInt16(start) | more) + [0, 0, 0, id] + part))
        } else {
          var fragment = SamplePacket.ipv4(
            17, part, fragment: more << 13 | UInt16(start / 8))
          (fragment[4], fragment[5]) = (0, id)
          fragments.append(fragment)
        }
      }
    }
  }

  private static func add(
    _ packet: [UInt8], to table: inout FragmentTable, time: UInt64 = 1, isWhole: Bool = true
  ) throws -> [UInt8]? {
    let headers = PacketHeaders(packet.bytes)
    let fragment = PacketFragment(packet.bytes, try #require(headers))
    return table.add(try #require(fragment), of: packet.bytes, isWhole: isWhole, time: time)
  }

  @Test(arguments: [false, true])
  func `whatever the order, and however often a fragment comes, the whole comes once`(
    isIPv6: Bool
  ) throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    for _ in 0..<200 {
      let size = 8 * Int.random(in: 1...20, using: &random)
      let cut = Cut(isIPv6: isIPv6, size: size)
      var order = cut.fragments.shuffled(using: &random)
      if let last = order.last, let again = order.dropLast().randomElement(using: &random) {
        order = Array(order.dropLast()) + [again, last]
      }
      var table = FragmentTable()
      var given: [[UInt8]] = []
      for fragment in order {
        if let whole = try Self.add(fragment, to: &table) { given.append(whole) }
      }
      #expect(given == [cut.whole], "seed \(seed)")
      #expect(table.waiting == 0 && table.counts.assembled == 1)
    }
  }

  @Test func `what is no fragment is none`() throws {
    for packet in [
      SamplePacket.ipv4(17, SamplePacket.udp()), SamplePacket.ipv6(17, SamplePacket.udp()),
      SamplePacket.ipv6(44, [17, 0, 0, 0, 0, 0, 0, 1] + SamplePacket.udp()),
    ] {
      let headers = PacketHeaders(packet.bytes)
      let isFragment = PacketFragment(packet.bytes, try #require(headers)) != nil
      #expect(!isFragment)
    }
  }

  @Test(arguments: [false, true])
  func `fragments that overlap with other bytes are refused, and all after them`(
    isIPv6: Bool
  ) throws {
    let cut = Cut(isIPv6: isIPv6)
    let other = Cut(isIPv6: isIPv6, size: 128)
    var changed = cut.fragments[1]
    changed[changed.count - 1] ^= 1
    for intruder in [other.fragments[0], changed] {
      var table = FragmentTable()
      for fragment in [cut.fragments[1], cut.fragments[2], intruder] + cut.fragments {
        #expect(try Self.add(fragment, to: &table) == nil)
      }
      #expect(table.counts.overlapping == 1 && table.waiting == 0)
      #expect(table.counts.assembled == 0 && table.counts.waiting == 0)
    }
  }

  @Test func `ends that contradict each other are refused`() throws {
    let (cut, shorter) = (Cut(isIPv6: false), Cut(isIPv6: false, bytes: 200))
    let longEnd = try #require(cut.fragments.last)
    let shortEnd = try #require(shorter.fragments.last)
    for first in [longEnd, cut.fragments[3]] {
      var table = FragmentTable()
      #expect(try Self.add(first, to: &table) == nil)
      #expect(try Self.add(shortEnd, to: &table) == nil)
      #expect(table.counts.overlapping == 1)
    }
    var odd = FragmentTable()
    #expect(try Self.add(SamplePacket.ipv4(17, [1, 2, 3], fragment: 0x2000), to: &odd) == nil)
    #expect(odd.counts.overlapping == 1)
    var long = FragmentTable()
    let farthest = SamplePacket.ipv4(17, [UInt8](repeating: 1, count: 8), fragment: 0x1fff)
    #expect(try Self.add(farthest, to: &long) == nil)
    #expect(long.counts.tooLong == 1)
  }

  @Test func `fragments wait for a time, and no more of them than there is room for`() throws {
    let cut = Cut(isIPv6: false)
    var table = FragmentTable()
    for fragment in cut.fragments.dropLast() { _ = try Self.add(fragment, to: &table) }
    #expect(table.counts.waiting == 1)
    let late = try Self.add(
      try #require(cut.fragments.last), to: &table, time: 31_000_000_000)
    #expect(late == nil && table.counts.timedOut == 1)
    var cutOff = FragmentTable()
    #expect(try Self.add(cut.fragments[0], to: &cutOff, isWhole: false) == nil)
    #expect(cutOff.counts.cutOff == 1 && cutOff.waiting == 0)

    var limits = FragmentTable.Limits()
    (limits.packets, limits.packetsOfSource, limits.bytes) = (16, 4, 4_096)
    var small = FragmentTable(limits)
    for id in 0..<64 as Range<UInt8> {
      let fragments = Cut(isIPv6: id % 2 == 0, id: id).fragments
      _ = try Self.add(fragments[Int(id) % 4], to: &small, time: UInt64(id) + 1)
      #expect(small.waiting <= 4_096 && small.counts.waiting <= 8)
    }
    #expect(small.counts.crowdedOut == 64 - small.counts.waiting)
    // The newest are kept.
    let newest = Cut(isIPv6: false, id: 63)
    var whole: [UInt8]?
    for (index, fragment) in newest.fragments.enumerated() where index != 63 % 4 {
      whole = try Self.add(fragment, to: &small, time: 70)
    }
    #expect(whole == newest.whole)
  }
}

/// Numbers that follow from a seed.
private struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
