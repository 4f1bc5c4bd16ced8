// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

@testable import Pipeline

/// Syslog and Forward over TLS.
@Suite struct SecureSenderTests {
  private func sender(_ argument: String) throws -> EventSender {
    let destination = try Destination(parsing: argument)
    try destination.prepare()
    return try #require(destination.sender)
  }

  @Test(.enabled(if: Rsyslog.hasTLS, "needs rsyslogd with rsyslog-openssl, and openssl"))
  func `rsyslog reads messages from who shows a certificate that it trusts`() async throws {
    try await withStage { stage in
      let certificate = try await stage.certificate()
      let daemon = try await Rsyslog(stage, certificate: certificate)
      let queue = try OutputQueue()
      // More than fits into the buffers of sockets.
      let lines = (0..<2000).map { Lines.event($0 % 800, argument: 4000) }
      let known = try sender(
        "\(daemon.place("tls")),ca=\(certificate),certificate=\(certificate)")
      let result = Lines.send(Lines.chunk(lines), by: known, queue)
      #expect(result.delivered == 2000 && result.refused.isEmpty && result.failure == nil)
      let read = try await daemon.messages(2000).map(\.text)
      #expect(read.count == 2000)
      let wrong = zip(read, lines).enumerated().filter { $1.0 != $1.1 }
      #expect(wrong.isEmpty, "\(wrong.map(\.offset).prefix(9)): \(wrong.first?.element.0 ?? "")")
    }
  }

  @Test(
    .enabled(
      if: ForwardServer.isThere && Machine.has("openssl"), "needs python3 with msgpack, and openssl"
    ))
  func `a server of Forward confirms what it gets, also after it has ended a connection`()
    async throws
  {
    try await withStage { stage in
      let certificate = try await stage.certificate()
      let server = try await ForwardServer(
        stage, answers: ["ack", "close", "ack"], certificate: certificate)
      let queue = try OutputQueue()
      let sender = try sender("forward:tls:127.0.0.1:\(server.port),ca=\(certificate)")
      let lines = (0..<500).map { Lines.event($0, argument: 1000) }
      #expect(Lines.send(Lines.chunk(lines), by: sender, queue).delivered == 500)
      let more = Lines.chunk([Lines.event(500)])
      #expect(Lines.send(more, by: sender, queue).failure?.isPassing == true)
      #expect(Lines.send(more, by: sender, queue).delivered == 1)
      let batches = try await server.batches(3)
      #expect(batches.map(\.records.count) == [500, 1, 1])
      #expect(batches[1].chunk == batches[2].chunk && batches[0].chunk != batches[1].chunk)
      for (line, record) in zip(lines, batches[0].records) {
        #expect(record.json == (try JSONValue(parsing: Array(line.utf8))).sorted)
      }
    }
  }

  @Test(
    .enabled(
      if: ForwardServer.isThere && Machine.has("openssl"), "needs python3 with msgpack, and openssl"
    ), arguments: ["forward", "syslog"])
  func `nothing is sent to a server that is not trusted, or that does not speak TLS`(
    scheme: String
  ) async throws {
    try await withStage { stage in
      let certificate = try await stage.certificate()
      let server = try await ForwardServer(stage, certificate: certificate)
      let queue = try OutputQueue()
      let lines = Lines.chunk([Lines.event(0)])
      for (place, words) in [
        ("127.0.0.1:\(server.port)", "certificate"),
        // Its certificate is for 127.0.0.1 alone.
        ("localhost:\(server.port),ca=\(certificate)", "subject name"),
        ("127.0.0.1:\(server.port),ca=/nowhere", "/nowhere"),
        ("127.0.0.1:\(server.port),ca=\(certificate),certificate=/nowhere", "/nowhere"),
      ] {
        let result = Lines.send(lines, by: try sender("\(scheme):tls:\(place)"), queue)
        #expect(result.delivered == 0 && result.failure?.isPassing == true, "\(result)")
        #expect(result.failure?.description.contains(words) == true, "\(result)")
      }
    }
  }

  @Test func `a server that stalls in the handshake does not hold up the end`() async throws {
    let server = try TCPServer()
    let output = try Output(
      Destination(parsing: "syslog:tls:127.0.0.1:\(server.port)"), clock: OutputTests.clock)
    var emitter = Emitter(outputs: [output])
    emitter.add(EmitterTests.plan, generation: 1)
    let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
    emitter.consume(bytes.span.bytes)
    emitter.outputs.push()
    let duration = ContinuousClock().measure {
      _ = try? emitter.outputs.finish(patience: .milliseconds(20))
    }
    #expect(duration < .seconds(8), "\(duration)")
    #expect((output.account.written, output.account.unwritten) == (0, 1))
  }
}
