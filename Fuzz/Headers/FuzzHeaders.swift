// SPDX-License-Identifier: Apache-2.0

import Policy

@testable import Pipeline

/// Takes the bytes as a packet from its IP header on, and as a frame of every link type.
enum FuzzHeaders: FuzzTarget {
  static let name = "headers"
  static let longest = 1_024
  static var seeds: [[UInt8]] { PacketSeeds.all + PacketSeeds.frames }

  static func check(_ bytes: RawSpan) {
    HeaderClaims.check(bytes)
    LinkClaims.check(bytes)
    if turn.comes() { lines.check(bytes) }
  }

  private nonisolated(unsafe) static let lines = EventLines([
    .ipv4, .ipv6, .tcp, .udp, .icmp, .icmpv6,
  ])
  private nonisolated(unsafe) static var turn = Turn(each: 4)
}
