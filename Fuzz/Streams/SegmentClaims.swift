// SPDX-License-Identifier: Apache-2.0

import Policy

@testable import Pipeline

/// What holds for any segments of a few connections.
enum SegmentClaims {
  /// Claims that no byte is given twice, and that what waits is counted and bounded.
  ///
  /// Each segment is a byte that says which and how, its place, its length, and its payload.
  static func check(_ bytes: RawSpan, _ framing: StreamFraming, isSparse: Bool) {
    var limits = Streams.Limits()
    (limits.flows, limits.backlogs, limits.bytes, limits.held) = (16, 4, 3_000, 1_000)
    let streams = Streams(limits, isSparse: isSparse)
    var time: UInt64 = 1_000_000_000
    var place = 0
    var fed = 0
    var given = 0
    while place + 4 <= bytes.byteCount {
      let how = bytes.byte(place)
      let payload = bytes.extracting(droppingFirst: place + 4)
        .extracting(first: Int(bytes.byte(place + 3)))
      let sequence = UInt32(bytes.byte(place + 1)) << 4 | UInt32(bytes.byte(place + 2) & 15)
      place += 4 + payload.byteCount
      time += how & 0x80 == 0 ? 1_000_000 : 2_000_000_000
      fed += payload.byteCount
      streams.feed(segment(how, sequence, time), payload, framing) { message in
        given += message.byteCount
        claim(!message.isEmpty, "a message is not nothing")
        if framing == .http { claim(HTTPHead.isBegun(by: message), "a head begins as heads do") }
      }
      claim(given <= fed, "a byte is given once: \(given) of \(fed)")
      check(streams)
    }
  }

  private static func segment(_ how: UInt8, _ sequence: UInt32, _ time: UInt64) -> StreamSegment {
    let flags: TCPHeader.Flags =
      switch how & 0x70 {
      case 0x10: .syn
      case 0x20: [.ack, .fin]
      case 0x30: .rst
      default: .ack
      }
    let key = StreamKey(
      source: IPAddress(ipv4: UInt32(how & 7)), destination: IPAddress(ipv4: 9),
      sourcePort: 1, destinationPort: 2, place: 0)
    let ahead: UInt32 =
      switch how & 0x70 {
      case 0x50: sequence & 0xff
      case 0x60: sequence << 20
      default: 0
      }
    return StreamSegment(
      key, sequence: sequence &+ (how & 8 == 0 ? 0 : 0xffff_fff0), flags: flags, time: time,
      missing: how & 0x70 == 0x40 ? 3 : 0, ahead: ahead)
  }

  private static func check(_ streams: Streams) {
    var waiting = 0
    var users = 0
    for backlog in streams.backlogs {
      waiting += backlog.count
      if backlog.flow >= 0 { users += 1 }
      claim(backlog.flow >= 0 || backlog.count == 0, "nothing waits for nobody")
      claim(backlog.held.count <= streams.limits.held, "what is held is bounded")
      let held = backlog.pieces.reduce(0) { $0 + ($1.start == nil ? 0 : $1.count) }
      claim(held <= backlog.held.count, "no byte is held twice")
      claim(backlog.pieces.count <= StreamBacklog.pieceLimit * 2, "what is known is bounded")
      for (one, next) in zip(backlog.pieces, backlog.pieces.dropFirst()) {
        claim(next.distance(from: one.end) >= 0, "runs are in order, and none overlap")
      }
    }
    claim(waiting == streams.waiting, "what waits is counted: \(waiting), \(streams.waiting)")
    claim(waiting <= streams.limits.bytes, "what waits is bounded: \(waiting)")
    claim(streams.backlogs.count <= streams.limits.backlogs, "who waits is bounded")
    claim(users + streams.free.count == streams.backlogs.count, "who does not wait is free")
  }
}
