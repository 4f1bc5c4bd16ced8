// SPDX-License-Identifier: Apache-2.0

import Policy

/// One way of one connection: what its sender sent, as one place saw it.
struct StreamKey: Equatable {
  let source: IPAddress
  let destination: IPAddress
  let sourcePort: UInt16
  let destinationPort: UInt16
  /// Where it was seen: the same segment leaves at one place and arrives at another.
  let place: UInt64
  /// Whether it stands for the bytes that were awaited when the way went on without them.
  var isBehind = false

  /// The key of the bytes that were awaited when the way went on without them.
  var behind: StreamKey {
    var key = self
    key.isBehind = true
    return key
  }

  /// A number that is the same for the same key, with its best bits on top.
  var hash: UInt64 {
    var hash = source.high ^ source.low.byteSwapped
    hash = (hash ^ destination.high &+ destination.low) &* 0x9e37_79b9_7f4a_7c15
    hash ^= hash >> 32
    hash ^= UInt64(sourcePort) << 16 | UInt64(destinationPort) | place << 32
    hash = (hash ^ place &+ (isBehind ? 1 : 0)) &* 0xbf58_476d_1ce4_e5b9
    hash ^= hash >> 29
    return hash &* 0x9e37_79b9_7f4a_7c15
  }
}

/// A TCP segment without its payload.
struct StreamSegment {
  var key: StreamKey
  /// The sequence number of the header.
  var sequence: UInt32
  var flags: TCPHeader.Flags
  /// When it was seen, in ns.
  var time: UInt64
  /// Bytes of the payload that are not there, after those that are.
  var missing: Int
  /// Bytes that are missing before it, as far as whoever saw it pass knew.
  var ahead: UInt32

  /// Makes one whose payload is all there.
  init(
    _ key: StreamKey, sequence: UInt32, flags: TCPHeader.Flags = .ack, time: UInt64,
    missing: Int = 0, ahead: UInt32 = 0
  ) {
    self.key = key
    self.sequence = sequence
    self.flags = flags
    self.time = time
    self.missing = missing
    self.ahead = ahead
  }
}
