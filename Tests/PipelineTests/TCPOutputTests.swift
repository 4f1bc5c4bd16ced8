// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

@testable import Pipeline

@Suite struct TCPOutputTests {
  @Test
  func `a server gets whole lines, also the next one, and one that is not there is waited for`()
    async throws
  {
    let port = try TCPServer().port
    let output = try Output(
      Destination(.json, .tcp(Endpoint("127.0.0.1", port))), clock: OutputTests.clock)
    var emitter = Emitter(outputs: [output])
    emitter.add(EmitterTests.plan, generation: 1)
    let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
    for round in 0..<2 {
      emitter.consume(bytes.span.bytes)
      #expect(try emitter.outputs.flush() == .written)
      try await eventually("a failure") { output.account.retries > round }
      let server = try TCPServer(port: port)
      // The writer may still have been busy with the line before.
      try await eventually("a connection") {
        emitter.outputs.push()
        return server.isAsked
      }
      let reader = Reader(try server.accept())
      let lines = reader.lines(1) { emitter.outputs.push() }
      #expect(lines.first?.hasPrefix("{\"timestamp\":") == true, "round \(round)")
      close(reader.descriptor)
    }
    let notices = output.takeNotices()
    #expect(
      notices.first
        == "cannot open 'tcp:127.0.0.1:\(port)': Connection refused; check the server and the "
        + "way to it; retrying; what is lost is counted")
    #expect(try emitter.outputs.finish() == .written)
    #expect(output.account.written == 2)
  }

  @Test func `a server that was never there costs what waited for it, and says why`() throws {
    let port = try TCPServer().port
    let output = try Output(
      Destination(.json, .tcp(Endpoint("localhost", port))), clock: OutputTests.clock)
    var emitter = Emitter(outputs: [output])
    emitter.add(EmitterTests.plan, generation: 1)
    let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
    emitter.consume(bytes.span.bytes)
    let error = #expect(throws: OutputError.self) {
      try emitter.outputs.finish(patience: .milliseconds(20))
    }
    #expect(error?.code == ECONNREFUSED)
    #expect((output.account.written, output.account.unwritten) == (0, 1))
  }

  @Test func `servers that are not there are waited for together at the end`() throws {
    let clock = ContinuousClock()
    let outputs = try (0..<4).map { _ in
      try Output(
        Destination(.json, .forward(Endpoint("127.0.0.1", TCPServer().port))),
        clock: OutputTests.clock)
    }
    var emitter = Emitter(outputs: outputs)
    emitter.add(EmitterTests.plan, generation: 1)
    let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
    emitter.consume(bytes.span.bytes)
    let duration = clock.measure {
      #expect(throws: OutputError.self) { try emitter.outputs.finish(patience: .milliseconds(20)) }
    }
    #expect(outputs.allSatisfy { $0.account.unwritten == 1 })
    // One of them is waited for during five seconds.
    #expect(duration >= .seconds(5) && duration < .seconds(10), "\(duration)")
  }

  @Test(arguments: [
    ("127.0.0.1:24224", Endpoint("127.0.0.1", 24224)), ("[::1]:80", Endpoint("::1", 80)),
    ("log-1.example.org:1", Endpoint("log-1.example.org", 1)), ("host", nil), ("host:", nil),
    ("host:0", nil), ("host:65536", nil), (":1", nil), ("::1:1", nil), ("[127.0.0.1]:1", nil),
    ("a b:1", nil), ("-x:1", nil), ("a/b:1", nil), ("a\u{1b}:1", nil),
  ])
  func `an endpoint is a host and a port`(text: String, expected: Endpoint?) {
    #expect(Endpoint(parsing: text) == expected)
    if let expected { #expect(expected.description == text) }
  }
}
