// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Writes events as lines of JSON.
///
/// Source: `docs/event-json.md`.
final class JSONWriter: EventWriter {
  let envelope: Envelope
  let scratch = Scratch()
  let heads = HeadTexts()
  private let additional: AdditionalKeys?

  /// Creates a writer that tells times by a clock.
  init(clock: BootClock, additions: Set<EventAddition> = []) {
    envelope = Envelope(clock: clock)
    additional = additions.isEmpty ? nil : AdditionalKeys(additions)
  }

  override func append(
    _ packet: borrowing DecodedPacket, as label: EventLabel, to chunk: LineChunk
  ) {
    append(label, of: packet, to: &chunk.lines)
    chunk.endLine(of: label)
  }

  override func append(_ gap: Gap, to chunk: LineChunk) {
    append(gap, to: &chunk.lines)
    chunk.endLine(of: nil)
  }

  /// Writes an event that the packet gives as one line.
  func append(
    _ label: EventLabel, of packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) {
    let record = packet.record
    envelope.append(
      label, time: record.time, processor: record.processor, systemCall: record.systemCall,
      isCompat: record.isCompat, owner: record.owner, to: &line)
    appendArguments(of: label, packet, to: &line)
    appendEnd(record.time, to: &line)
  }

  /// Writes what follows the last argument of an event.
  ///
  /// - Parameter time: in ns of `CLOCK_BOOTTIME`.
  func appendEnd(_ time: UInt64, to line: inout LineBuffer) {
    guard let additional else {
      line.append("]}\n")
      return
    }
    line.append("]")
    additional.append(envelope.clock.epoch(time), to: &line)
    line.append("}\n")
  }
}
