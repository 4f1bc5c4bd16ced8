// SPDX-License-Identifier: Apache-2.0

/// A message of Fluent's Forward protocol, and the answer that confirms it.
///
/// Source: Fluent Forward protocol specification v1, modes `PackedForward` and response messages.
struct ForwardMessage: ~Copyable {
  /// The message.
  private(set) var bytes = LineBuffer()
  /// How many lines it holds.
  private(set) var lines = 0
  /// What the answer repeats.
  private(set) var identifier: [UInt8] = []
  private let tag: [UInt8]

  /// Creates an empty message for events with a tag.
  init(tag: String) { self.tag = Array(tag.utf8) }

  /// Holds the lines of a chunk from one on, up to the first that is no JSON.
  mutating func fill(from chunk: LineChunk, line: Int) {
    bytes.truncate(to: 0)
    lines = 0
    let (tag, identifier) = (tag, Self.newIdentifier())
    self.identifier = identifier
    bytes.append(0x93)
    bytes.append(packedText: tag.bytes)
    bytes.append(0xc6)
    let place = bytes.count
    bytes.append(bigEndian: UInt32(0))
    while line + lines < chunk.lineCount {
      let before = bytes.count
      let range = chunk.range(of: line + lines..<line + lines + 1)
      guard append(chunk.lines.bytes.extracting(range.lowerBound..<range.upperBound - 1)) else {
        bytes.truncate(to: before)
        break
      }
      lines += 1
    }
    let size = UInt32(truncatingIfNeeded: bytes.count - place - 4)
    bytes.store(bigEndian: size, bytes: 4, at: place)
    bytes.append(0x82)
    bytes.append(packedText: Array("size".utf8).bytes)
    bytes.append(packed: UInt64(lines))
    bytes.append(packedText: Array("chunk".utf8).bytes)
    bytes.append(packedText: identifier.bytes)
  }

  /// Holds nothing.
  mutating func clear() { lines = 0 }

  /// Adds an entry: the time as an `EventTime`, and the event.
  private mutating func append(_ line: RawSpan) -> Bool {
    guard let time = JSONLine.time(of: line) else { return false }
    bytes.append(0x92)
    bytes.append(0xd7)
    bytes.append(0x00)
    bytes.append(bigEndian: UInt32(truncatingIfNeeded: time / 1_000_000_000))
    bytes.append(bigEndian: UInt32(time % 1_000_000_000))
    return bytes.append(packedJSON: line)
  }

  /// 128 random bits in hexadecimal digits.
  private static func newIdentifier() -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    return (0..<32).map { _ in "0123456789abcdef".utf8.randomElement(using: &random) ?? 0x30 }
  }

  /// What an answer says.
  enum Answer: Equatable {
    /// It goes on.
    case incomplete
    /// It confirms the message with this identifier.
    case confirms([UInt8])
    /// The server wants to know who this is first.
    case asksForKey
    case unknown
  }

  /// Reads the beginning of what a server has sent.
  static func answer(_ bytes: [UInt8]) -> Answer {
    guard let first = bytes.first else { return .incomplete }
    // `["HELO", …]`
    if first == 0x92 { return .asksForKey }
    guard first == 0x81 else { return .unknown }
    var index = 1
    guard let key = text(bytes, &index) else { return bytes.count < 8 ? .incomplete : .unknown }
    guard key == Array("ack".utf8) else { return .unknown }
    guard let value = text(bytes, &index) else {
      return bytes.count < answerLimit ? .incomplete : .unknown
    }
    return .confirms(value)
  }

  /// More than an answer has.
  static let answerLimit = 512

  private static func text(_ bytes: [UInt8], _ index: inout Int) -> [UInt8]? {
    guard index < bytes.count else { return nil }
    let length: Int
    var next = index + 1
    switch bytes[index] {
    case 0xa0...0xbf: length = Int(bytes[index] & 0x1f)
    case 0xd9 where next < bytes.count, 0xc4 where next < bytes.count:
      length = Int(bytes[next])
      next += 1
    default: return nil
    }
    guard next + length <= bytes.count else { return nil }
    index = next + length
    return Array(bytes[next..<index])
  }
}
