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

  /// The key of the other direction of the connection, as the same socket sees it.
  var reversed: StreamKey {
    StreamKey(
      source: destination, destination: source, sourcePort: destinationPort,
      destinationPort: sourcePort, place: place ^ 1)
  }

  /// The same key as if it were seen at the other end, or in a capture that names no direction.
  var elsewhere: StreamKey {
    StreamKey(
      source: source, destination: destination, sourcePort: sourcePort,
      destinationPort: destinationPort, place: place ^ 1)
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
  /// What the kernel side found of HTTP in it; nil when nobody looked before.
  var followed: FollowedSegment?

  /// Makes one whose payload is all there.
  init(
    _ key: StreamKey, sequence: UInt32, flags: TCPHeader.Flags = .ack, time: UInt64,
    missing: Int = 0, ahead: UInt32 = 0, followed: FollowedSegment? = nil
  ) {
    self.key = key
    self.sequence = sequence
    self.flags = flags
    self.time = time
    self.missing = missing
    self.ahead = ahead
    self.followed = followed
  }
}

/// What the kernel side found of HTTP in a segment: it follows all of them, and records those that have a part of a head.
struct FollowedSegment: Equatable {
  /// A number of this direction of this connection, which is not 0.
  var connection: UInt32
  /// Where in the payload the first head begins, or so far before it; nil when none does, or it is not known.
  var head: Int?
  /// Whether that one does is a guess, for it is not known what was before.
  var isGuessed = false
  /// Whether the kernel side does not know where the direction is, and records all of it until it is told.
  var isLost = false
  /// Of the heads that end in the payload, by a bit for each from the lowest on: whether no body follows, whatever they say.
  ///
  /// Nil when it is not known.
  var bodiless: UInt16?

  /// Whether no body follows the head with a number among those that end in the payload; nil when it is not known.
  func isBodiless(_ number: Int) -> Bool? {
    number < UInt16.bitWidth ? bodiless.map { $0 >> number & 1 != 0 } : nil
  }
}
