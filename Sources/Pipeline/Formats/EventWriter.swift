/// What turns events into the bytes of one format.
///
/// A subclass is a format; ``OutputFormat`` names it. An output calls it from the thread that matches, for one event at a
/// time; nothing is allocated for an event.
class EventWriter {
  /// What every file and every reader gets first.
  var header: [UInt8] { [] }

  /// Adds an event that the label's policies want, and ends its line with the label, or keeps it until the packet ends.
  func append(_ event: borrowing Event, as label: EventLabel, to chunk: LineChunk) {}

  /// Ends a packet: it gives no further event.
  func endPacket(_ record: borrowing RecordReader, to chunk: LineChunk) {}
}
