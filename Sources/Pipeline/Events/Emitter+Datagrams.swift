// SPDX-License-Identifier: Apache-2.0

import Policy

/// Packets that stand for several datagrams.
extension Emitter {
  /// Emits the events of each datagram of a packet.
  ///
  /// For the rules that want the packet, each counts as a packet of its own.
  mutating func emit(
    datagrams parts: DatagramParts, of record: borrowing RecordReader, _ meaning: RowMeaning,
    _ matcher: PlanMatcher
  ) {
    let memory = datagram ?? DatagramRecord()
    datagram = memory
    var taken: UInt64 = 0
    for index in 0..<min(parts.count, DatagramRecord.limit) {
      memory.fill(index, of: parts, record)
      taken += 1
      var row = record.row
      if !isDone, let headers = headers(in: memory, of: record) {
        matcher.datagrams?.keep(&row, headers, memory.datagram)
      }
      guard let left = matcher.keep(row, of: meaning) else { continue }
      if row.isEmpty { continue }
      memory.put(row)
      if let one = RecordReader(memory.bytes) {
        emit(packet: one, left, matcher)
      } else {
        countUndecodable(left)
      }
    }
    if parts.count > DatagramRecord.limit {
      taken += 1
      countUndecodable(meaning)
    }
    matcher.count(meaning, messages: taken)
  }

  private func headers(
    in memory: DatagramRecord, of record: borrowing RecordReader
  ) -> PacketHeaders? {
    PacketHeaders(memory.datagram, shape: record.shape, transportOffset: record.transportOffset)
  }
}
