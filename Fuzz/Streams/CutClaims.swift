// SPDX-License-Identifier: Apache-2.0

import Policy

@testable import Pipeline

/// What holds for any stream that is cut into segments.
enum CutClaims {
  /// How the segments come.
  struct Manner {
    /// Whether only what belongs to heads is expected to come.
    var isSparse = false
    /// Whether each comes again.
    var isRepeated = false
    /// Whether some come later than they should.
    var isMixed = false
  }

  /// Claims that a stream which is nothing but messages gives the same ones in whatever segments it comes.
  ///
  /// The first byte is the number of cuts, as many bytes behind it are the lengths of segments, and the rest is the stream.
  /// When segments are mixed, the upper two bits of a length say how late the segment comes.
  static func check(_ bytes: RawSpan, _ framing: StreamFraming, _ manner: Manner) {
    guard bytes.byteCount > 0 else { return }
    let cuts = bytes.extracting(droppingFirst: 1).extracting(first: Int(bytes.byte(0)))
    let stream = bytes.extracting(droppingFirst: 1 + cuts.byteCount)
    guard stream.byteCount > 0, let whole = Messages(whole: stream, framing) else { return }
    var parts = segments(of: stream.byteCount, cuts, isMixed: manner.isMixed)
    if manner.isMixed {
      // More than so many would not be kept, and what looks like a message is taken for one wherever it is.
      guard parts.count <= StreamBacklog.pieceLimit,
        parts.allSatisfy({
          whole.starts.contains($0.place.lowerBound)
            || !framing.surelyBegins(stream.extracting($0.place))
        })
      else { return }
      parts.sort { ($0.turn, $0.place.lowerBound) < ($1.turn, $1.place.lowerBound) }
    }

    var pieces = Messages()
    let streams = made(isSparse: manner.isSparse)
    streams.feed(segment(at: -1, .syn), stream.extracting(first: 0), framing) { pieces.add($0) }
    // What the kernel says of a segment when only what belongs to heads is recorded.
    var (awaited, end) = (0, 0)
    for part in parts {
      var next = segment(at: part.place.lowerBound)
      end = max(end, part.place.upperBound)
      if part.place.lowerBound > awaited {
        next.ahead = manner.isSparse ? UInt32(part.place.lowerBound - awaited) : 0
      } else if part.place.upperBound > awaited {
        awaited = end
      }
      for _ in 0..<(manner.isRepeated ? 2 : 1) {
        streams.feed(next, stream.extracting(part.place), framing) { pieces.add($0) }
      }
    }
    claim(whole.agrees(with: pieces, isMixed: manner.isMixed), "how a stream comes does not matter")
    claim(streams.waiting == 0, "nothing waits behind the last message")
  }

  private struct Part {
    let place: Range<Int>
    /// Rises with the time at which it comes.
    let turn: Int
  }

  private static func segments(of length: Int, _ cuts: RawSpan, isMixed: Bool) -> [Part] {
    var parts: [Part] = []
    var place = 0
    while place < length {
      let rank = parts.count
      let cut = rank < cuts.byteCount ? cuts.byte(rank) : 0xff
      let part = rank < cuts.byteCount ? Int(isMixed ? cut & 0x3f : cut) : length - place
      guard part > 0 else { return [Part(place: 0..<length, turn: 0)] }
      let delay = isMixed ? [0, 3, 9, 10_001][Int(cut >> 6)] : 0
      let end = min(length, place + part)
      parts.append(Part(place: place..<end, turn: 2 * rank + delay))
      place = end
    }
    return parts
  }

  fileprivate static func made(isSparse: Bool) -> Streams {
    var limits = Streams.Limits()
    (limits.flows, limits.backlogs) = (16, 4)
    return Streams(limits, isSparse: isSparse)
  }

  fileprivate static func segment(
    at place: Int, _ flags: TCPHeader.Flags = .ack
  ) -> StreamSegment {
    let key = StreamKey(
      source: IPAddress(ipv4: 1), destination: IPAddress(ipv4: 9), sourcePort: 1,
      destinationPort: 2, place: 0)
    // Soon numbers begin again.
    let sequence = 0xffff_ff80 &+ UInt32(truncatingIfNeeded: place)
    return StreamSegment(key, sequence: sequence, flags: flags, time: 1_000_000_000)
  }
}

/// Messages, in numbers.
private struct Messages {
  /// Where each begins in its stream, when that is nothing but messages.
  var starts: Set<Int> = []
  private var byteCount = 0
  private var count = 0
  /// Of all messages in order, and in any.
  private var digests: (ordered: UInt64, mixed: UInt64) = (0, 0)

  init() {}

  /// Takes the messages of a stream that comes at once; nil when there is anything else in it.
  init?(whole stream: RawSpan, _ framing: StreamFraming) {
    let between = framing == .dns ? 2 : 0
    var areGood = true
    let streams = CutClaims.made(isSparse: false)
    streams.feed(CutClaims.segment(at: 0), stream, framing) { message in
      starts.insert(byteCount + between * count)
      add(message)
      let isGood =
        switch framing {
        case .dns: DNSMessage(message) != nil
        case .http: HTTPHead(message) != nil
        }
      areGood = areGood && isGood
    }
    guard areGood, byteCount + between * count == stream.byteCount else { return nil }
  }

  mutating func add(_ message: RawSpan) {
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for offset in 0..<message.byteCount {
      digest = (digest ^ UInt64(message.byte(offset))) &* 0x100_0000_01b3
    }
    count += 1
    byteCount += message.byteCount
    digests.ordered = (digests.ordered ^ digest) &* 0x100_0000_01b3
    digests.mixed &+= digest
  }

  func agrees(with other: Messages, isMixed: Bool) -> Bool {
    count == other.count && byteCount == other.byteCount && digests.mixed == other.digests.mixed
      && (isMixed || digests.ordered == other.digests.ordered)
  }
}
