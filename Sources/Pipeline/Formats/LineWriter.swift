// SPDX-License-Identifier: Apache-2.0

/// A format in which each event is one line.
protocol LineFormat {
  /// What every file and every reader gets first.
  var header: [UInt8] { get }

  /// Takes what events of a generation can show of their policies, as ``EventWriter/take(_:)`` does.
  func take(_ set: ShownSet)

  /// Takes what finds the path of a cgroup by its id; empty if it is not known.
  func take(cgroupPath: @escaping (UInt64) -> String)

  /// Writes an event that a packet gives.
  func append(_ label: EventLabel, of packet: borrowing DecodedPacket, to line: inout LineBuffer)

  /// Writes a finding, with the packet of the event that completed it.
  func append(
    _ label: EventLabel, of finding: SignatureFinding, _ packet: borrowing DecodedPacket,
    to line: inout LineBuffer)

  /// Writes what the reader does not see.
  func append(_ gap: Gap, to line: inout LineBuffer)
}

extension LineFormat {
  var header: [UInt8] { [] }

  func take(_ set: ShownSet) {}

  func take(cgroupPath: @escaping (UInt64) -> String) {}
}

/// Puts the lines of a format into chunks.
final class LineWriter<Format: LineFormat>: EventWriter {
  private let format: Format

  /// Creates a writer of a format.
  init(_ format: Format) { self.format = format }

  override var header: [UInt8] { format.header }

  override func take(_ set: ShownSet) { format.take(set) }

  override func take(cgroupPath: @escaping (UInt64) -> String) {
    format.take(cgroupPath: cgroupPath)
  }

  override func append(
    _ packet: borrowing DecodedPacket, as label: EventLabel, to chunk: LineChunk
  ) {
    format.append(label, of: packet, to: &chunk.lines)
    chunk.endLine(of: label)
  }

  override func append(
    _ finding: SignatureFinding, _ packet: borrowing DecodedPacket, as label: EventLabel,
    to chunk: LineChunk
  ) {
    format.append(label, of: finding, packet, to: &chunk.lines)
    chunk.endLine(of: label)
  }

  override func append(_ gap: Gap, to chunk: LineChunk) {
    format.append(gap, to: &chunk.lines)
    chunk.endLine(of: nil)
  }
}
