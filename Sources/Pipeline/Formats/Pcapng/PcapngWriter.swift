// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Writes packets as blocks of pcapng, each with a comment that says whose it is and for which policies it gave which
/// events.
///
/// A packet is one block, however many events it gave. Source: draft-ietf-opsawg-pcapng.
final class PcapngWriter: EventWriter {
  private let clock: BootClock
  /// The events of the packet that is being emitted.
  private var labels: [EventLabel] = []
  private let comment = Scratch()

  /// The most bytes of a comment: its length has 16 bits.
  private static let commentLimit = 65_532

  /// Makes a writer that tells times by a clock.
  init(clock: BootClock) { self.clock = clock }

  /// A section, and an interface whose frames are IP packets and whose times count nanoseconds.
  override var header: [UInt8] {
    var file = LineBuffer(capacity: 256)
    var application = LineBuffer(capacity: 64)
    application.append(option: 4, Array("tracee-policy".utf8))
    application.append(option: 0, [])
    file.append(little: 0x0a0d_0d0a as UInt32)
    file.append(little: UInt32(28 + application.count))
    file.append(little: 0x1a2b_3c4d as UInt32)
    file.append(little: 1 as UInt16)
    file.append(little: 0 as UInt16)
    file.append(little: UInt64.max)
    file.append(application.bytes)
    file.append(little: UInt32(28 + application.count))

    file.append(little: 1 as UInt32)
    file.append(little: 32 as UInt32)
    file.append(little: 101 as UInt32)
    file.append(little: 0 as UInt32)
    file.append(option: 9, [9])
    file.append(option: 0, [])
    file.append(little: 32 as UInt32)
    return file.copy
  }

  /// Keeps the label until the packet ends.
  override func append(
    _ packet: borrowing DecodedPacket, as label: EventLabel, to chunk: LineChunk
  ) { labels.append(label) }

  override func endPacket(_ record: borrowing RecordReader, to chunk: LineChunk) {
    guard !labels.isEmpty else { return }
    append(record, to: &chunk.lines)
    for index in labels.indices { chunk.endLine(of: labels[index]) }
    labels.removeAll(keepingCapacity: true)
  }

  /// Writes the packet that gave the events.
  private func append(_ record: borrowing RecordReader, to file: inout LineBuffer) {
    describe(record.owner, in: &comment.buffer)
    Self.append(
      record, at: clock.epoch(record.time), comment: &comment.buffer, to: &file)
  }

  private static func append(
    _ record: borrowing RecordReader, at time: UInt64, comment: inout LineBuffer,
    to file: inout LineBuffer
  ) {
    let text = comment.bytes.extracting(first: commentLimit).wholeScalars()
    let packet = record.packet
    let length = UInt32(32 + packet.byteCount.padded + 4 + text.byteCount.padded + 8 + 4)
    file.append(little: 6 as UInt32)
    file.append(little: length)
    file.append(little: 0 as UInt32)
    file.append(little: UInt32(truncatingIfNeeded: time >> 32))
    file.append(little: UInt32(truncatingIfNeeded: time))
    file.append(little: UInt32(packet.byteCount))
    file.append(little: record.length)
    file.append(packet)
    file.appendPadding(after: packet.byteCount)
    file.append(little: 1 as UInt16)
    file.append(little: UInt16(text.byteCount))
    file.append(text)
    file.appendPadding(after: text.byteCount)
    file.append(little: 2 as UInt16)
    file.append(little: 4 as UInt16)
    file.append(little: (record.direction == .ingress ? 1 : 2) as UInt32)
    file.append(little: 0 as UInt32)
    file.append(little: length)
  }

  /// Writes the comment.
  private func describe(_ owner: borrowing OwnerReader, in comment: inout LineBuffer) {
    comment.truncate(to: 0)
    append(owner, to: &comment)
    for index in labels.indices where !isRepeated(index) {
      if comment.count > 0 { comment.append("; ") }
      comment.append(labels[index].name)
      if !labels[index].text.isEmpty {
        comment.append(" for ")
        comment.append(labels[index].text)
      }
    }
  }

  private func isRepeated(_ index: Int) -> Bool {
    for other in 0..<index where labels[other] === labels[index] { return true }
    return false
  }

  private func append(_ owner: borrowing OwnerReader, to comment: inout LineBuffer) {
    guard owner.id != 0 else { return }
    comment.append("process ")
    append(part: owner.comm, to: &comment)
    comment.append("; pid ")
    comment.append(decimal: owner.processID)
    comment.append("; uid ")
    comment.append(decimal: owner.userID)
    if !owner.executable.isEmpty {
      comment.append("; executable ")
      append(part: owner.executable, to: &comment)
    }
    if !owner.containerID.isEmpty {
      comment.append("; container ")
      append(part: owner.containerID, to: &comment)
    }
  }

  /// Writes a text that a semicolon ends: one within it, and a backslash, get a backslash before them.
  private func append(part text: RawSpan, to comment: inout LineBuffer) {
    let special = { (byte: UInt8) in byte == UInt8(ascii: ";") || byte == UInt8(ascii: "\\") }
    var start = 0
    for place in 0..<text.byteCount where special(text.byte(place)) {
      _ = comment.append(safeText: text.extracting(start..<place), columns: .max)
      comment.append(UInt8(ascii: "\\"))
      start = place
    }
    _ = comment.append(safeText: text.extracting(start..<text.byteCount), columns: .max)
  }
}

extension Int {
  /// The next multiple of four.
  fileprivate var padded: Int { (self + 3) / 4 * 4 }
}

extension RawSpan {
  /// UTF-8 that was cut anywhere, without the scalar whose end is not there.
  @_lifetime(copy self)
  fileprivate func wholeScalars() -> RawSpan {
    var end = byteCount
    while end > 0, byteCount - end < 3, byte(end - 1) & 0xc0 == 0x80 { end -= 1 }
    guard end > 0, byte(end - 1) >= 0xc0 else { return self }
    let scalar = byte(end - 1) >= 0xf0 ? 4 : byte(end - 1) >= 0xe0 ? 3 : 2
    return byteCount - end + 1 == scalar ? self : extracting(first: end - 1)
  }
}

extension LineBuffer {
  fileprivate mutating func append<Integer: FixedWidthInteger>(little number: Integer) {
    var rest = number
    for _ in 0..<Integer.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  fileprivate mutating func append(option code: UInt16, _ value: [UInt8]) {
    append(little: code)
    append(little: UInt16(value.count))
    append(value)
    appendPadding(after: value.count)
  }

  fileprivate mutating func appendPadding(after count: Int) {
    for _ in count..<count.padded { append(0 as UInt8) }
  }
}
