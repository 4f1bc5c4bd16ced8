// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

/// Signatures on the way from records to outputs.
struct SignatureStageTests {
  private func plan(_ text: String) throws -> TracePlan {
    let checked = PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))]).checked()
    return try #require(checked.plan, "\(checked.diagnostics.map(ConciseRenderer.line))")
  }

  private func counting(_ more: String = "", rule: String = "event: four") -> String {
    """
    type: signature
    name: four
    selections:
      seen: { event: net_packet_udp }
    correlation:
      type: event_count
      group-by: [data.dst_port]
      timespan: 60s
      condition: { gte: 4 }
    output: { port: "{data.dst_port}", seen: "{count} of four" }
    \(more)
    ---
    type: policy
    name: web
    scope: [global]
    rules:
      - \(rule)

    """
  }

  private func record(
    at seconds: UInt64, to port: UInt16 = 9, generation: UInt32 = 1, row: UInt64 = 1
  ) -> [UInt8] {
    var sample = SampleRecord(
      SamplePacket.ipv4(17, SamplePacket.udp(from: 40000, to: port, [1, 2, 3])), row: [row])
    sample.own()
    sample.header.time = seconds * 1_000_000_000
    sample.header.generation = generation
    return sample.bytes
  }

  private func emitter() throws -> Emitter {
    Emitter(outputs: [try Output(Destination(.none), clock: BootClock(epochOffset: 0))])
  }

  @Test func `four events of one key are a finding, and of two keys none`() throws {
    var emitter = try emitter()
    emitter.add(try plan(counting()), generation: 1)
    for (second, port) in [(1, 9), (2, 9), (3, 10), (4, 9)] as [(UInt64, UInt16)] {
      emitter.consume(record(at: second, to: port).span.bytes)
    }
    emitter.finishSignatures()
    #expect(emitter.findings == 0)
    emitter.consume(record(at: 5).span.bytes)
    emitter.finishSignatures()
    #expect(emitter.findings == 1)
    #expect(emitter.counts.events == 1, "events that only feed a signature are not emitted")
    #expect(Ledger(kernel: KernelCounts(), emitter: emitter, ringFull: [:]).findings == 1)
  }

  @Test func `a plan that takes the place of another goes on with what is remembered`() throws {
    var emitter = try emitter()
    emitter.add(try plan(counting()), generation: 1)
    for second in 1...2 as ClosedRange<UInt64> { emitter.consume(record(at: second).span.bytes) }
    // The policy's own rule stands before that of the signature.
    let more = "  - event: net_packet_tcp\n    filters: [data.dst_port=1]\n"
    emitter.add(try plan(counting() + more), generation: 2)
    emitter.remove(generation: 1)
    for second in 3...4 as ClosedRange<UInt64> {
      emitter.consume(record(at: second, generation: 2, row: 2).span.bytes)
    }
    emitter.finishSignatures()
    #expect(emitter.findings == 1)
    #expect(emitter.takeDroppedSignatures() == [])
  }

  @Test func `one whose text has changed begins anew, and that is said`() throws {
    var emitter = try emitter()
    emitter.add(try plan(counting()), generation: 1)
    for second in 1...3 as ClosedRange<UInt64> { emitter.consume(record(at: second).span.bytes) }
    emitter.finishSignatures()
    emitter.add(try plan(counting("version: 2.0.0")), generation: 2)
    emitter.remove(generation: 1)
    emitter.consume(record(at: 4, generation: 2).span.bytes)
    emitter.finishSignatures()
    #expect(emitter.findings == 0)
    #expect(emitter.takeDroppedSignatures() == ["four"])
  }

  @Test func `a filter of the policy on the data of findings refuses some`() throws {
    for (filter, findings) in [("data.port=9", 1), ("data.port!=9", 0), ("data.seen=4*", 1)] {
      var emitter = try emitter()
      emitter.add(
        try plan(counting(rule: "{ event: four, filters: [\(filter)] }")), generation: 1)
      for second in 1...4 as ClosedRange<UInt64> { emitter.consume(record(at: second).span.bytes) }
      emitter.finishSignatures()
      #expect(emitter.findings == UInt64(findings), "\(filter)")
    }
  }

  @Test func `a finding has the keys of its event, its data, and what is known of its signature`()
    throws
  {
    try withTemporaryFolder { folder in
      let path = folder + "/events"
      var emitter = Emitter(outputs: [
        try Output(Destination(.json, path: path), clock: BootClock(epochOffset: 0))
      ])
      emitter.add(try plan(counting()), generation: 1)
      for second in 1...4 as ClosedRange<UInt64> { emitter.consume(record(at: second).span.bytes) }
      emitter.finishSignatures()
      _ = try emitter.outputs.finish()
      let line = try String(contentsOfFile: path, encoding: .utf8)
      #expect(line.hasPrefix("{\"timestamp\":4000000000,"))
      #expect(
        line.contains(
          "\"eventId\":\"6000\",\"eventName\":\"four\",\"matchedPolicies\":[\"web\"],\"argsNum\":3,"
        ))
      #expect(
        line.contains(
          """
          "args":[{"name":"port","type":"unsigned long","value":9},\
          {"name":"seen","type":"const char *","value":"4 of four"},\
          {"name":"triggeredBy","type":"unknown","value":{"args":[{"name":"src",
          """))
      #expect(
        line.hasSuffix(
          """
          "id":2003,"name":"net_packet_udp","returnValue":0}}],\
          "metadata":{"Version":"1.0.0","Description":"","Tags":null,\
          "Properties":{"Category":null,"Severity":null,"Technique":null,"external_id":null,\
          "id":null,"signatureID":"four","signatureName":"four"}}}

          """))
    }
  }

  @Test
  func `events of an earlier time are put in order, and the last of a time span is waited for`()
    throws
  {
    let text = """
      type: signature
      name: lonely
      selections:
        a: { event: net_packet_udp, filters: [data.dst_port=1] }
        b: { event: net_packet_udp, filters: [data.dst_port=2] }
      correlation:
        type: temporal
        condition: a and not b
        group-by: [data.src]
        timespan: 2s
      ---
      type: policy
      name: web
      scope: [global]
      rules: [{ event: lonely }]
      """
    var emitter = try emitter()
    let plan = try plan(text)
    emitter.add(plan, undecided: plan.rules.map { Undecided(filters: $0.filters) }, generation: 1)
    func consume(_ milliseconds: UInt64, _ port: UInt16) {
      var sample = SampleRecord(
        SamplePacket.ipv4(17, SamplePacket.udp(from: 40000, to: port, [1])), row: [0b11])
      sample.header.time = milliseconds * 1_000_000
      emitter.consume(sample.bytes.span.bytes)
    }
    // The answer has an earlier time than what it answers, by which it comes after it.
    consume(1_050, 1)
    consume(1_000, 2)
    emitter.advance(to: 2_000_000_000)
    #expect(emitter.findings == 0)
    emitter.advance(to: 3_300_000_000)
    #expect(emitter.findings == 1)
    consume(10_000, 1)
    consume(11_000, 2)
    emitter.advance(to: 20_000_000_000)
    #expect(emitter.findings == 1)
    #expect(emitter.signatures?.retained.count == 0, "nothing is kept that nobody waits for")
  }
}
