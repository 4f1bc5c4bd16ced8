// SPDX-License-Identifier: Apache-2.0

import CBPF
import TestSupport
import Testing

@testable import Pipeline

@Suite struct RecordReaderTests {
  let sample: SampleRecord = {
    var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp()), row: [5, 1 << 63])
    sample.own()
    sample.header.generation = 9
    sample.header.processor = 3
    sample.header.interface = 2
    sample.header.system_call = 45
    sample.header.direction = UInt8(TP_EGRESS.rawValue)
    return sample
  }()

  @Test func `reads every field at the place the C compiler gave it`() throws {
    let bytes = sample.bytes
    let reader = RecordReader(bytes.span.bytes)
    guard let reader else {
      Issue.record("a good record is refused")
      return
    }
    #expect(reader.generation == 9)
    #expect(reader.time == 1_000_000_000)
    #expect(reader.processor == 3)
    #expect(reader.interface == 2)
    #expect(reader.systemCall == 45)
    #expect(reader.direction == .egress)
    #expect(reader.shape == PacketShape(.ipv4, .tcp))
    #expect(reader.transportOffset == 20)
    #expect(reader.length == UInt32(sample.packet.count))
    #expect(reader.packet.byteCount == sample.packet.count)
    #expect(reader.packet.byte(0) == 0x45)
    #expect([0, 2, 127].allSatisfy { reader.row[$0] } && !reader.row[1])
    let owner = reader.owner
    #expect((owner.id, owner.userID) == (7, 1000))
    #expect((owner.processID, owner.threadID, owner.parentProcessID) == (100, 101, 1))
    #expect((owner.namespacedProcessID, owner.namespacedThreadID) == (10, 11))
    #expect((owner.startTime, owner.leaderStartTime, owner.parentStartTime) == (500, 400, 300))
    #expect((owner.mountNamespace, owner.pidNamespace) == (4_026_531_841, 4_026_531_836))
    #expect(text(owner.comm) == "curl")
    #expect(text(owner.nodeName) == "rugged")
    #expect(text(owner.executable) == "/usr/bin/curl")
    #expect(text(owner.containerID) == "")
  }

  @Test func `a text that fills its field ends there`() {
    var sample = sample
    SampleRecord.fill(&sample.header.owner.comm, "0123456789abcdefgh".utf8)
    let bytes = sample.bytes
    guard let reader = RecordReader(bytes.span.bytes) else {
      Issue.record("a good record is refused")
      return
    }
    #expect(text(reader.owner.comm) == "0123456789abcdef")
  }

  @Test func `bytes after the packet are not part of it`() {
    let bytes = sample.bytes + [1, 2, 3]
    guard let reader = RecordReader(bytes.span.bytes) else {
      Issue.record("a good record is refused")
      return
    }
    #expect(reader.packet.byteCount == sample.packet.count)
  }

  @Test(arguments: 0..<3) func `refuses every record that is cut off`(words: Int) {
    var sample = sample
    sample.row = [UInt64](repeating: 1, count: words + 1)
    sample.header.row_words = UInt16(words + 1)
    let bytes = sample.bytes
    for count in 0..<bytes.count {
      let isRead = RecordReader(bytes.span.bytes.extracting(first: count)) != nil
      #expect(!isRead, "\(count) of \(bytes.count) bytes")
    }
  }

  @Test(
    arguments: [
      { $0.kind = 2 }, { $0.row_words = 0 }, { $0.row_words = 17 }, { $0.row_words = .max },
      { $0.captured += 1 }, { $0.captured = .max }, { $0.length = $0.captured - 1 },
      { $0.direction = 2 }, { $0.shape = 5 }, { $0.shape = 16 }, { $0.shape = 255 },
      { $0.transport_offset = UInt16($0.captured) + 1 },
    ] as [@Sendable (inout tp_packet) -> Void])
  func `refuses a record that contradicts itself`(break: @Sendable (inout tp_packet) -> Void) {
    var sample = sample
    `break`(&sample.header)
    let bytes = sample.bytes
    let isRead = RecordReader(bytes.span.bytes) != nil
    #expect(!isRead)
  }

  private func text(_ bytes: RawSpan) -> String {
    String(decoding: (0..<bytes.byteCount).map { bytes.byte($0) }, as: UTF8.self)
  }
}
