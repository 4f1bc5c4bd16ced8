import FuzzSupport
import Policy

@testable import Pipeline

/// What holds for any stream that is cut into segments.
enum CutClaims {
  /// Claims that a stream which is nothing but messages gives the same ones in whatever segments it comes, also when each
  /// of these comes again, and also when only what belongs to heads is expected to come.
  ///
  /// The first byte is the number of cuts, as many bytes behind it are the lengths of segments, and the rest is the stream.
  static func check(
    _ bytes: RawSpan, _ framing: StreamFraming, isSparse: Bool, isRepeated: Bool
  ) {
    guard bytes.byteCount > 0 else { return }
    let cuts = bytes.extracting(droppingFirst: 1).extracting(first: Int(bytes.byte(0)))
    let stream = bytes.extracting(droppingFirst: 1 + cuts.byteCount)
    var whole = Messages()
    var streams = made(isSparse: false)
    var areGood = true
    streams.feed(segment(at: 0), stream, framing) { message in
      whole.add(message)
      let isGood =
        switch framing {
        case .dns: DNSMessage(message) != nil
        case .http: HTTPHead(message) != nil
        }
      areGood = areGood && isGood
    }
    let between = framing == .dns ? 2 : 0
    guard areGood, stream.byteCount > 0,
      whole.byteCount + between * whole.count == stream.byteCount
    else { return }

    var pieces = Messages()
    streams = made(isSparse: isSparse)
    var place = 0
    var cut = 0
    while place < stream.byteCount {
      let length = cut < cuts.byteCount ? Int(cuts.byte(cut)) : stream.byteCount - place
      let payload = stream.extracting(droppingFirst: place).extracting(first: length)
      for _ in 0..<(isRepeated ? 2 : 1) {
        streams.feed(segment(at: place), payload, framing) { pieces.add($0) }
      }
      place += payload.byteCount
      cut += 1
    }
    claim(whole == pieces, "how a stream is cut does not matter")
    claim(streams.waiting == 0, "nothing waits behind the last message")
  }

  private static func made(isSparse: Bool) -> Streams {
    var limits = Streams.Limits()
    (limits.flows, limits.backlogs) = (16, 4)
    return Streams(limits, isSparse: isSparse)
  }

  private static func segment(at place: Int) -> StreamSegment {
    let key = StreamKey(
      source: IPAddress(ipv4: 1), destination: IPAddress(ipv4: 9), sourcePort: 1,
      destinationPort: 2, place: 0)
    // Soon numbers begin again.
    let sequence = 0xffff_ff80 &+ UInt32(truncatingIfNeeded: place)
    return StreamSegment(key, sequence: sequence, time: 1_000_000_000 + UInt64(place))
  }

  /// Messages, in numbers.
  private struct Messages: Equatable {
    var count = 0
    var byteCount = 0
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ message: RawSpan) {
      count += 1
      byteCount += message.byteCount
      for offset in 0..<message.byteCount { add(message.byte(offset)) }
      add(10)
    }

    private mutating func add(_ byte: UInt8) {
      digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3
    }
  }
}
