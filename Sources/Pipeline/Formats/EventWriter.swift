// SPDX-License-Identifier: Apache-2.0

/// What turns events into the bytes of one format.
///
/// A subclass is a format, or ``LineWriter`` with a ``LineFormat``; ``OutputFormat`` names it. Each sort of event has a method
/// here, so that a packet is borrowed all the way: an enumeration of events would copy it four times. An output calls it from the
/// thread that matches, for one event at a time; nothing is allocated for an event.
class EventWriter {
  /// What every file and every reader gets first.
  var header: [UInt8] { [] }

  /// Takes what events of a generation can show of their policies, before the first of these events or between two; the last
  /// set that was taken is that of gaps.
  func take(_ set: ShownSet) {}

  /// Takes what finds the path of a cgroup by its id, before the first event; it returns an empty text if it is not known.
  func take(cgroupPath: @escaping (UInt64) -> String) {}

  /// Adds an event that a packet gives, and ends its line with the label, or keeps it until the packet ends.
  func append(_ packet: borrowing DecodedPacket, as label: EventLabel, to chunk: LineChunk) {}

  /// Adds a finding, with the packet of the event that completed it.
  func append(
    _ finding: SignatureFinding, _ packet: borrowing DecodedPacket, as label: EventLabel,
    to chunk: LineChunk
  ) {}

  /// Adds what the reader does not see, if the format has a place for it; its line has no label, for it is in no count.
  func append(_ gap: Gap, to chunk: LineChunk) {}

  /// Ends a packet: it gives no further event.
  func endPacket(_ record: borrowing RecordReader, to chunk: LineChunk) {}
}
