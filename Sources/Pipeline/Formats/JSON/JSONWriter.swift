import Policy
import System

/// Writes events as lines of JSON.
///
/// Source: `docs/event-json.md`.
final class JSONWriter: EventWriter {
  let envelope: Envelope
  let scratch = Scratch()
  let heads = HeadTexts()

  /// Creates a writer that tells times by a clock.
  init(clock: BootClock) { envelope = Envelope(clock: clock) }

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
    line.append("]}\n")
  }
}
