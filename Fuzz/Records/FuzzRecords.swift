// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// Takes the bytes after the first as a record of the ring, or as what a packet of such a record carries, as the first
/// byte says.
enum FuzzRecords: FuzzTarget {
  static let name = "records"
  static var seeds: [[UInt8]] { RecordSeeds.all }

  static func check(_ bytes: RawSpan) {
    guard bytes.byteCount > 0 else { return }
    let choice = bytes.byte(0)
    let rest = bytes.extracting(droppingFirst: 1).extracting(first: Carrier.limit)
    guard choice % 8 != RecordSeeds.isRecord else { return harness.consume(rest) }
    let carrier = Carrier.allCases[Int(choice % 8)]
    let packet = carrier.packet(around: rest.array)
    let record = RecordSeeds.record(of: packet, isOwned: choice & 8 != 0)
    harness.consume(record.span.bytes)
  }

  /// One for all inputs, since it opens files; its counts only grow.
  private nonisolated(unsafe) static let harness = Harness()
}
