// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

@testable import Pipeline

@Suite struct ForwardSenderTests {
  @Test(.enabled(if: ForwardServer.isThere, "needs python3 with msgpack"))
  func `events arrive as MessagePack has them, with their times, and are confirmed`()
    async throws
  {
    try await withStage { stage in
      let server = try await ForwardServer(stage)
      let sender = ForwardSender(Endpoint("127.0.0.1", server.port), tag: "net.events")
      let queue = try OutputQueue()
      let strange =
        #"{"timestamp":1764514800123456789,"a":[],"b":{},"c":"\u0000\b\t\n\f\r\/é\u00e9"#
        + #"\ud83d\ude00","d":[-1,-129,255,256,65535,65536,4294967296,18446744073709551615,"#
        + #"1.5,-2e3,true,false,null],"e":""#
        + String(repeating: "x", count: 70_000) + #"","f":{"g":[{"h":"\\"}]}}"#
      let lines = (0..<50).map { Lines.event($0, argument: $0 * 20) } + [strange]
      let result = Lines.send(Lines.chunk(lines), by: sender, queue)
      #expect(result.delivered == 51 && result.refused.isEmpty && result.failure == nil)
      let batches = try await server.batches(1)
      #expect(batches[0].tag == "net.events" && batches[0].size == 51)
      #expect(batches[0].records.count == 51)
      for (line, record) in zip(lines, batches[0].records) {
        #expect(record.json == (try JSONValue(parsing: Array(line.utf8))).sorted)
      }
      #expect(batches[0].records.last?.time == "1764514800.123456789")
    }
  }

  @Test(.enabled(if: ForwardServer.isThere, "needs python3 with msgpack"))
  func `what is not confirmed is sent again with its identifier, and counted once`()
    async throws
  {
    try await withStage { stage in
      // It confirms nothing at first, then another message, and ends connections.
      let server = try await ForwardServer(stage, answers: ["close", "other", "silent", "ack"])
      let output = try Output(
        Destination(.json, .forward(Endpoint("127.0.0.1", server.port))), clock: OutputTests.clock,
        sender: ForwardSender(
          Endpoint("127.0.0.1", server.port), tag: nil, patience: .milliseconds(300)))
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for _ in 0..<3 { emitter.consume(bytes.span.bytes) }
      #expect(try emitter.outputs.flush() == .written)
      try await eventually("confirmation", instead: { "\(output.account)" }) {
        output.account.written == 3
      }
      #expect(output.account.retries == 3 && output.account.lost == 0)
      #expect(try emitter.outputs.finish() == .written)
      let batches = try await server.batches(4)
      #expect(batches.count == 4)
      #expect(Set(batches.map(\.chunk)).count == 1)
      #expect(batches.allSatisfy { $0.tag == "tracee-policy" && $0.records.count == 3 })
    }
  }

  @Test(.enabled(if: ForwardServer.isThere, "needs python3 with msgpack"))
  func `a server that asks for a key is said to`() async throws {
    try await withStage { stage in
      let server = try await ForwardServer(stage, answers: ["hello"])
      let sender = ForwardSender(Endpoint("127.0.0.1", server.port), tag: nil)
      let result = Lines.send(Lines.chunk([Lines.event(1)]), by: sender, try OutputQueue())
      #expect(
        result.failure?.description
          == "cannot write to 'forward:127.0.0.1:\(server.port)': it asks for a shared key; name a file "
          + "with it by `shared-key=`; check the server and the way to it")
    }
  }

  @Test(.enabled(if: ForwardServer.isThere, "needs python3 with msgpack"))
  func `a server with a shared key gets events from who has it, too`() async throws {
    try await withStage { stage in
      let server = try await ForwardServer(
        stage, answers: ["ack", "close", "ack"], key: "s3cret é")
      let folder = try stage.folder(["right": "# key\ns3cret é\n", "wrong": "s3cret", "none": ""])
      func send(_ key: String, to port: UInt16) throws -> (delivered: Int, words: String) {
        let sender = ForwardSender(
          Endpoint("127.0.0.1", port), tag: nil, sharedKey: "\(folder)/\(key)",
          patience: .milliseconds(300))
        let result = Lines.send(
          Lines.chunk((0..<3).map { Lines.event($0) }), by: sender, try OutputQueue())
        return (result.delivered, result.failure?.description ?? "")
      }
      for key in ["wrong", "none"] {
        let refused = try send(key, to: server.port)
        #expect(refused.delivered == 0)
        #expect(refused.words.contains("it refuses the shared key: shared_key mismatch"))
      }
      #expect(try send("absent", to: server.port).words.contains("absent"))
      #expect(try send("right", to: server.port) == (3, ""))
      #expect(try send("right", to: server.port).delivered == 0)
      #expect(try send("right", to: server.port).delivered == 3)
      #expect(try await server.batches(3).map(\.records.count) == [3, 3, 3])

      let impostor = try await ForwardServer(stage, answers: ["impostor"], key: "s3cret é")
      let doubted = try send("right", to: impostor.port)
      #expect(doubted.words.contains("it does not have the shared key itself"))
      let other = try await ForwardServer(stage, key: "s3cret é", asksForUser: true)
      let asked = try send("right", to: other.port)
      #expect(asked.words.contains("it asks for a user, which is not supported"))
      // One that asks for nothing says nothing.
      let plain = try await ForwardServer(stage)
      #expect(try send("right", to: plain.port).words.contains("timed out"))
      for server in [plain, impostor, other] {
        let batches = try await server.batches(0)
        #expect(batches.isEmpty)
      }
    }
  }

  @Test(
    arguments: [
      ([0x92], .incomplete), ([0x92, 0xa4, 0x48], .incomplete), ([0x90], .unknown),
      ([0x92, 0xa4, 0x48, 0x45, 0x4c, 0x4f, 0x80], .unknown), ([0xc1], .unknown),
      ([0x92, 0xa4, 0x48, 0x45, 0x4c, 0x4f, 0x81, 0xc4, 0xff], .incomplete),
      ([0xdc, 0xff, 0xff], .incomplete), ([0x91, 0x91, 0x91, 0x91, 0x91, 0x91], .unknown),
      ([0xdc, 0xff, 0xff] + [UInt8](repeating: 0, count: 1100), .unknown),
    ] as [([UInt8], ForwardHandshake.Reading)])
  func `a greeting is read as far as it goes`(bytes: [UInt8], expected: ForwardHandshake.Reading) {
    #expect(ForwardHandshake.hello(bytes) == expected)
  }

  @Test(
    arguments: [
      ([], .incomplete), ([0x81], .incomplete), ([0x81, 0xa3, 0x61], .incomplete),
      ([0x81, 0xa3, 0x61, 0x63, 0x6b, 0xa1, 0x78], .confirms([0x78])),
      ([0x81, 0xa3, 0x61, 0x63, 0x6b, 0xd9, 0x01, 0x78], .confirms([0x78])),
      ([0x81, 0xa3, 0x61, 0x63, 0x6b, 0xd9, 0x05, 0x78], .incomplete), ([0x92, 0xa4], .asksForKey),
      ([0x81, 0xa3, 0x61, 0x63, 0x6c, 0xa1, 0x78], .unknown), ([0x48, 0x54, 0x54, 0x50], .unknown),
      ([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], .unknown),
    ] as [([UInt8], ForwardMessage.Answer)])
  func `an answer is read as far as it goes`(bytes: [UInt8], expected: ForwardMessage.Answer) {
    #expect(ForwardMessage.answer(bytes) == expected)
  }

  @Test(arguments: [
    "", "{", "{\"a\"}", "[1,]x", "\"a", "\"\\u12\"", "{\"a\":1}}", "nul", "-", "[[1]",
  ])
  func `what is no JSON is not packed`(text: String) {
    var buffer = LineBuffer()
    let isPacked = buffer.append(packedJSON: Array(text.utf8).bytes)
    #expect(!isPacked)
  }
}
