// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

@testable import Pipeline

/// A record of the ring, made by hand.
struct SampleRecord {
  var header = tp_packet()
  var row: [UInt64] = [1]
  var packet: [UInt8] = []

  /// A packet that nobody owns, as the kernel would describe it.
  init(_ packet: [UInt8], row: [UInt64] = [1]) {
    self.packet = packet
    self.row = row
    header.kind = TP_RECORD_PACKET.rawValue
    header.generation = 1
    header.time = 1_000_000_000
    header.length = UInt32(packet.count)
    header.captured = UInt32(packet.count)
    header.system_call = -1
    header.row_words = UInt16(row.count)
    header.direction = UInt8(TP_INGRESS.rawValue)
    if let headers = PacketHeaders(packet.span.bytes) {
      header.shape = headers.shape.rawValue
      header.transport_offset = UInt16(headers.transportOffset)
    }
  }

  /// The bytes that the ring would hold.
  var bytes: [UInt8] {
    withUnsafeBytes(of: header) { Array($0) }
      + row.flatMap { word in withUnsafeBytes(of: word) { Array($0) } } + packet
  }

  /// Gives `body` the record and its headers as an emitter reads them.
  func read<Result>(
    _ body: (borrowing RecordReader, PacketHeaders) throws -> Result
  ) throws -> Result {
    let bytes = bytes
    guard let record = RecordReader(bytes.span.bytes),
      let headers = PacketHeaders(
        record.packet, shape: record.shape, transportOffset: record.transportOffset)
    else { throw Refused() }
    return try body(record, headers)
  }

  /// Gives `body` the packet as an emitter takes it apart.
  func decode<Result>(
    asking content: ContentProtocol?, _ body: (borrowing DecodedPacket) throws -> Result
  ) throws -> Result {
    try read { record, headers in try body(DecodedPacket(record, headers, asking: content)) }
  }

  /// A record that should have been good.
  struct Refused: Error {}

  /// Fills a field of text with bytes, and the rest of it with NUL.
  static func fill<Field>(_ field: inout Field, _ bytes: some Sequence<UInt8>) {
    withUnsafeMutableBytes(of: &field) { field in
      field.initializeMemory(as: UInt8.self, repeating: 0)
      for (index, byte) in bytes.enumerated().prefix(field.count) { field[index] = byte }
    }
  }

  /// Gives the record an owner: thread 101 of process 100, called `curl`.
  mutating func own() {
    header.owner.id = 7
    header.owner.pid = 100
    header.owner.tid = 101
    header.owner.ppid = 1
    header.owner.ns_pid = 10
    header.owner.ns_tid = 11
    header.owner.ns_ppid = 0
    header.owner.uid = 1000
    header.owner.cgroup_id = 5650
    header.owner.mount_namespace = 4_026_531_841
    header.owner.pid_namespace = 4_026_531_836
    header.owner.start_time = 500
    header.owner.leader_start_time = 400
    header.owner.parent_start_time = 300
    Self.fill(&header.owner.comm, "curl".utf8)
    Self.fill(&header.owner.node_name, "rugged".utf8)
    Self.fill(&header.owner.executable, "/usr/bin/curl".utf8)
  }
}
