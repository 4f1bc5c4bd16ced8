// SPDX-License-Identifier: Apache-2.0

import CBPF
import TestSupport
import Testing

@testable import Pipeline

@Suite struct KeptOwnersTests {
  private let owners = KeptOwners()
  private let sample: SampleRecord = {
    var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp()), row: [5, 1 << 63])
    sample.own()
    return sample
  }()

  /// The record with the id of its owner alone.
  private func brief(_ sample: SampleRecord) -> [UInt8] {
    var brief = tp_brief()
    let whole = sample.bytes
    withUnsafeMutableBytes(of: &brief) { $0.copyBytes(from: whole[..<RecordLayout.owner]) }
    brief.kind = TP_RECORD_BRIEF.rawValue
    brief.owner_id = sample.header.owner.id
    return withUnsafeBytes(of: brief) { Array($0) } + whole[RecordLayout.headerSize...]
  }

  private func kept(_ sample: SampleRecord) -> [UInt8] {
    var sample = sample
    sample.header.flags |= TP_PACKET_KEEPS_OWNER.rawValue
    return sample.bytes
  }

  private func complete(_ bytes: [UInt8]) -> [UInt8] {
    unsafe bytes.withUnsafeBytes { unsafe Array(owners.complete($0)) }
  }

  @Test func `a brief record gets the owner that was kept`() {
    let whole = kept(sample)
    #expect(complete(whole) == whole)
    #expect(complete(brief(sample)) == sample.bytes)
  }

  @Test func `what is behind the owner is the brief record's own`() {
    _ = complete(kept(sample))
    var other = sample
    other.row = [3]
    other.header.row_words = 1
    other.packet += [UInt8](repeating: 7, count: 60_000)
    other.header.time = 5
    #expect(complete(brief(other)) == other.bytes)
  }

  @Test func `an id of zero is nobody`() {
    let nobodys = SampleRecord(sample.packet)
    #expect(complete(brief(nobodys)) == nobodys.bytes)
  }

  @Test func `an owner takes the place of another, whose brief records are refused then`() {
    _ = complete(kept(sample))
    var other = sample
    other.header.owner.id += UInt64(TP_KEPT_OWNERS)
    _ = complete(kept(other))
    #expect(complete(brief(other)) == other.bytes)
    let refused = complete(brief(sample))
    #expect(refused == brief(sample))
    if RecordReader(refused.span.bytes) != nil {
      Issue.record("a record without its owner is read")
    }
  }

  @Test func `an owner is kept only when the record says so`() {
    _ = complete(sample.bytes)
    #expect(complete(brief(sample)) == brief(sample))
  }

  @Test func `records of any kind and length are read within their bytes`() {
    var random = SplitMix.ofTest()
    for _ in 0..<20_000 {
      var bytes = Bool.random(using: &random) ? kept(sample) : brief(sample)
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: bytes.indices, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      let completed = complete(bytes)
      #expect(completed.count == bytes.count || completed.count == bytes.count + 512)
    }
  }
}
