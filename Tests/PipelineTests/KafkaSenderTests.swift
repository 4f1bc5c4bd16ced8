// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

@testable import Pipeline

@Suite struct KafkaSenderTests {
  @Test(.enabled(if: KafkaCluster.canBeHad, "needs librdkafka, python3 and kcat"))
  func `each event is a message with the host as its key, in order, also after brokers fail`()
    async throws
  {
    try await withStage { stage in
      let cluster = try await KafkaCluster(stage)
      let topic = try #require(KafkaTopic(parsing: "\(cluster.brokers)/events"))
      try Destination(.json, .kafka(topic)).prepare()
      let sender = KafkaSender(topic, settings: nil)
      let queue = try OutputQueue()
      let lines = (0..<200).map { Lines.event($0, argument: $0) }
      let result = Lines.send(Lines.chunk(Array(lines[..<100])), by: sender, queue)
      #expect(result.delivered == 100 && result.refused.isEmpty, "\(result)")
      try await cluster.order("fail 2")
      let next = Lines.send(Lines.chunk(Array(lines[100...])), by: sender, queue)
      #expect(next.delivered == 100 && next.refused.isEmpty, "\(next)")
      let messages = try await cluster.messages(200, of: "events")
      #expect(messages.map(\.text) == lines)
      #expect(Set(messages.map(\.key)) == [String(decoding: HostName.current, as: UTF8.self)])
      sender.disconnect()
    }
  }

  @Test(.enabled(if: KafkaCluster.canBeHad, "needs librdkafka, python3 and kcat"))
  func `brokers that are away and come back get what waited, and it is counted once`() async throws
  {
    try await withStage { stage in
      let cluster = try await KafkaCluster(stage)
      let topic = try #require(KafkaTopic(parsing: "\(cluster.brokers)/late"))
      let destination = Destination(.json, .kafka(topic))
      try destination.prepare()
      let output = try Output(
        destination, clock: OutputTests.clock,
        sender: KafkaSender(topic, settings: nil, patience: 1000))
      try await cluster.order("down")
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for _ in 0..<3 { emitter.consume(bytes.span.bytes) }
      #expect(try emitter.outputs.flush() == .written)
      try await eventually("a failure") { output.account.retries >= 1 }
      #expect(output.account.written == 0)
      try await cluster.order("up")
      try await eventually("delivery", instead: { "\(output.account)" }) {
        output.account.written == 3
      }
      #expect(output.account.lost == 0)
      #expect(try emitter.outputs.finish() == .written)
      #expect(try await cluster.messages(3, of: "late").count >= 3)
    }
  }

  @Test func `a message that is too long is refused, a wrong setting is said`() async throws {
    try await withStage { stage in
      let folder = try stage.folder([
        "small": "message.max.bytes=2000\n", "wrong": "# no\nno.such.setting=1\n",
      ])
      let topic = try #require(KafkaTopic(parsing: "127.0.0.1:1/t"))
      guard (try? Destination(.json, .kafka(topic)).prepare()) != nil else { return }
      let queue = try OutputQueue()
      let small = KafkaSender(topic, settings: "\(folder)/small", patience: 300)
      let long = Lines.send(Lines.chunk([Lines.event(1, argument: 5000)]), by: small, queue)
      #expect(long.refused == ["Broker: Message size too large"], "\(long)")
      let wrong = KafkaSender(topic, settings: "\(folder)/wrong", patience: 300)
      let result = Lines.send(Lines.chunk([Lines.event(1)]), by: wrong, queue)
      #expect(
        result.failure?.description.contains("No such configuration property") == true, "\(result)")
    }
  }

  @Test(arguments: [
    ("h:9092/t", 1), ("h:9092,[::1]:9093/a.b-c_d", 2), ("h/t", nil), ("h:1/", nil), ("h:1", nil),
    ("/t", nil), ("h:1,/t", nil), ("h:1/a b", nil), ("h:1/..", nil), ("h:1/a/b", nil),
  ])
  func `a topic is a name after its brokers`(text: String, brokers: Int?) {
    let topic = KafkaTopic(parsing: text)
    #expect(topic?.brokers.count == brokers)
    if let topic { #expect(topic.description == "kafka:\(text)") }
  }
}
