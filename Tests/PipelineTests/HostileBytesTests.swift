// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

/// Whatever the bytes, nothing traps, and every line that comes is JSON.
@Suite struct HostileBytesTests {
  static let packets = [
    SamplePacket.ipv4(6, SamplePacket.tcp()), SamplePacket.ipv4(17, SamplePacket.udp()),
    SamplePacket.ipv4(1, SamplePacket.icmp(11, 1)), SamplePacket.ipv6(58, SamplePacket.icmp(135)),
    SamplePacket.ipv6(
      0,
      [43, 0, 1, 4, 0, 0, 0, 0] + [44, 0, 0, 0, 0, 0, 0, 0] + [51, 0, 0, 1, 0, 0, 0, 9]
        + [60, 1] + [UInt8](repeating: 0, count: 10) + [6, 0, 0, 0, 0, 0, 0, 0]
        + SamplePacket.tcp()),
  ]

  @Test func `a shape and an offset that are not the packet's never trap`() {
    for packet in Self.packets {
      for rawShape in 0...255 as ClosedRange<UInt8> {
        guard let shape = PacketShape(rawValue: rawShape) else { continue }
        for offset in 0...packet.count + 1 {
          _ = PacketHeaders(packet.span.bytes, shape: shape, transportOffset: offset)
        }
      }
    }
  }

  @Test func `random and damaged records never trap, and give JSON or a count`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/lines"
      let json = try Output(Destination(.json, path: path), clock: BootClock(epochOffset: -5))
      let table = try Output(Destination(.table, path: folder + "/table"), clock: .now())
      var emitter = Emitter(outputs: [json, table])
      let clause = Clause(OwnerField.comm, Condition(included: [.text(.suffix("l"))]))
      emitter.add(
        TracePlan(
          policies: ["a", "b"], rules: EventKind.allCases.map { PlanRule(policy: 0, event: $0) }),
        undecided: [Undecided(scope: [clause])], generation: 1)
      var generator = SplitMix.ofTest()
      for round in 0..<10_000 {
        var sample = SampleRecord(
          Self.packets.randomElement(using: &generator) ?? [],
          row: [UInt64.random(in: 0...0xfff, using: &generator)])
        if round % 3 != 0 { sample.own() }
        var bytes = sample.bytes
        for _ in 0..<Int.random(in: 0...8, using: &generator) {
          // The owner's fields can hold anything; elsewhere a change often means that the record is refused.
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          bytes[place] = UInt8.random(in: 0...255, using: &generator)
        }
        if round % 10 == 0 {
          bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
        }
        emitter.consume(bytes.span.bytes)
      }
      #expect(try emitter.outputs.finish() == .written)
      let lines = try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n"))
      #expect(UInt64(lines.count) == emitter.counts.events)
      #expect(lines.count > 1_000 && emitter.counts.malformed > 1_000)
      for line in lines { _ = try TracedEvent(line: Array(line)) }
    }
  }

  @Test(arguments: ["HTTP/1.1x", "HTTP/1.", "HTTP/1.1/GET", "HTTP/2.0"])
  func `what begins as a response does is no request`(word: String) {
    let bytes = Array("\(word) /a HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
    let isRead = HTTPHead(bytes.bytes) != nil
    #expect(!isRead)
  }

  @Test func `a segment whose header goes on after what was captured is counted by each rule`() {
    // Its header claims 60 bytes, of which 20 are there.
    let packet = SamplePacket.ipv4(
      6, SamplePacket.tcp(to: 53, dataOffset: 15, optionsAndData: []))
    var emitter = Emitter(outputs: [])
    let kinds: [EventKind] = [.tcp, .dns, .dnsRequest, .http, .httpResponse]
    emitter.add(
      TracePlan(policies: ["a"], rules: kinds.map { PlanRule(policy: 0, event: $0) }), generation: 1
    )
    emitter.consume(SampleRecord(packet, row: [0b11111]).bytes.bytes)
    let counts = emitter.ruleCounts(generation: 1)
    #expect(counts.map(\.submitted) == [1, 1, 1, 1, 1])
    #expect(counts.map(\.emitted) == [1, 0, 0, 0, 0])
    #expect(counts.map(\.incomplete) == [0, 1, 1, 1, 1])
  }
}
