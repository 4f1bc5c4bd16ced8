// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

@testable import Pipeline

@Suite(.enabled(if: Machine.has("python3"), "needs python3")) struct HTTPSenderTests {
  private let events = (0..<5).map { Lines.event($0) }

  @Test(arguments: [false, true])
  func `events arrive in one request, a line each, compressed if that is asked for`(
    isCompressed: Bool
  ) async throws {
    try await withStage { stage in
      let server = try await HTTPServer(stage)
      let folder = try stage.folder(["headers": "# secret\nAuthorization: Bearer abc\n"])
      var destination = try Destination(
        parsing:
          "http://127.0.0.1:\(server.port)/in?query=INSERT%20INTO%20t,headers=\(folder)/headers")
      destination.http.isCompressed = isCompressed
      try destination.prepare()
      let sender = try #require(destination.sender)
      let result = Lines.send(Lines.chunk(events), by: sender, try OutputQueue())
      #expect(result.delivered == 5 && result.failure == nil)
      let request = try await server.requests(1)[0]
      #expect(request.path == "/in?query=INSERT%20INTO%20t")
      #expect(request.lines == events)
      #expect(request.type == "application/x-ndjson" && request.authorization == "Bearer abc")
      #expect(request.encoding == (isCompressed ? "gzip" : ""))
      #expect(destination.name == "http://127.0.0.1:\(server.port)/in?…")
    }
  }

  @Test func `a server that fails, stalls, goes away and comes back gets everything`() async throws
  {
    try await withStage { stage in
      let server = try await HTTPServer(stage, answers: ["503", "429", "close", "stall"])
      let destination = try Destination(parsing: "http://127.0.0.1:\(server.port)/")
      guard case .http(let target) = destination.place else { throw POSIXError(.EINVAL) }
      try destination.prepare()
      let output = try Output(
        destination, clock: OutputTests.clock,
        sender: HTTPSender(target, destination.http, timeout: 500))
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for _ in 0..<3 { emitter.consume(bytes.span.bytes) }
      #expect(try emitter.outputs.flush() == .written)
      _ = try await server.requests(4)
      try await server.stop()
      try await eventually("another failure") { output.account.retries >= 5 }
      #expect(output.account.written == 0)
      let next = try await HTTPServer(stage, port: server.port)
      try await eventually("delivery", instead: { "\(output.account)" }) {
        output.account.written == 3
      }
      #expect(output.account.lost == 0)
      #expect(try await next.requests(1).count == 1)
      let notices = output.takeNotices()
      #expect(
        notices.first
          == "cannot write to 'http://127.0.0.1:\(server.port)/': the server answers 503: no; check "
          + "the server and the way to it; retrying; what is lost is counted")
      #expect(notices.last == "'http://127.0.0.1:\(server.port)/' takes events again")
      #expect(try emitter.outputs.finish() == .written)
    }
  }

  @Test func `a server that never answers is a failure at the end, which names it`() throws {
    let server = try TCPServer()
    let output = try Output(
      Destination(parsing: "http://127.0.0.1:\(server.port)/"), clock: OutputTests.clock)
    var emitter = Emitter(outputs: [output])
    emitter.add(EmitterTests.plan, generation: 1)
    emitter.consume(SampleRecord(EmitterTests.packet, row: [1]).bytes.span.bytes)
    let error = #expect(throws: OutputError.self) {
      try emitter.outputs.finish(patience: .milliseconds(20))
    }
    #expect(
      error?.description.contains("'http://127.0.0.1:\(server.port)/': Connection timed out")
        == true, "\(String(describing: error))")
    #expect(output.account.unwritten == 1)
  }

  @Test(arguments: [
    ("Content-Length: 3", "a request sets `Content-Length` itself"),
    ("transfer-encoding: chunked", "a request sets `transfer-encoding` itself"),
    ("Foo", "a line that is not `NAME: VALUE`"), (": bad", "a line that is not `NAME: VALUE`"),
  ])
  func `headers that would contradict the request, or are none, are refused`(
    line: String, words: String
  ) async throws {
    try await withStage { stage in
      let server = try await HTTPServer(stage)
      let file = try stage.folder(["headers": "Authorization: Bearer x\n\(line)\n"]) + "/headers"
      let output = try Output(
        Destination(parsing: "http://127.0.0.1:\(server.port)/,headers=\(file)"),
        clock: OutputTests.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      emitter.consume(SampleRecord(EmitterTests.packet, row: [1]).bytes.span.bytes)
      emitter.outputs.push()
      try await eventually("a refusal") { output.account.retries > 0 }
      #expect(output.takeNotices().first?.contains(words) == true)
      #expect(output.account.written == 0)
    }
  }

  @Test func `what a server refuses for good is lost and counted, and tracing goes on`()
    async throws
  {
    try await withStage { stage in
      let server = try await HTTPServer(stage, answers: ["400", "200"])
      let destination = try Destination(parsing: "http://127.0.0.1:\(server.port)/")
      let output = try Output(destination, clock: OutputTests.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for (written, lost) in [(0, 1), (1, 1)] {
        emitter.consume(bytes.span.bytes)
        try await eventually("an end", instead: { "\(output.account)" }) {
          emitter.outputs.push()
          return output.account.written == written && output.account.lost == lost
        }
      }
      #expect(
        output.takeNotices() == [
          "'http://127.0.0.1:\(server.port)/': the server answers 400: no; they are lost"
        ])
      #expect(try emitter.outputs.finish() == .written)
    }
  }

  @Test(arguments: ["ndjson", "bulk", "clickhouse"])
  func `what is too large for a server is sent in parts, and only a line that is too large is lost`(
    body: String
  ) async throws {
    try await withStage { stage in
      // One event in the middle is larger than the server takes, all others together are, too.
      let events = (0..<9).map { Lines.event($0, argument: $0 == 4 ? 3000 : 4) }
      let server = try await HTTPServer(
        stage, answers: body == "bulk" ? ["413", "413", "bulk"] : ["largest=1500"])
      let destination = try Destination(
        parsing: "http://127.0.0.1:\(server.port)/,body=\(body)")
      try destination.prepare()
      let sender = try #require(destination.sender)
      let result = Lines.send(Lines.chunk(events), by: sender, try OutputQueue())
      #expect(result.failure == nil)
      #expect(result.delivered == (body == "bulk" ? 9 : 8))
      #expect(
        result.refused == (body == "bulk" ? [] : ["the server answers 413: no"]))
      let requests = try await server.requests(1)
      #expect(requests[0].lines.count == (body == "bulk" ? 18 : 9))
      if body == "ndjson" {
        let taken = requests.map(\.lines).filter { $0.joined(separator: "\n").utf8.count < 1500 }
        #expect(taken.flatMap(\.self) == events.filter { $0.utf8.count < 1500 })
      }
    }
  }

  @Test
  func `a bulk interface says what becomes of each event, and gets again what it had no room for`()
    async throws
  {
    try await withStage { stage in
      let server = try await HTTPServer(stage, answers: ["bulk:1=429,2=400,3=409", "bulk"])
      let destination = try Destination(
        parsing: "http://127.0.0.1:\(server.port)/events/_bulk,body=bulk")
      try destination.prepare()
      let sender = try #require(destination.sender)
      let queue = try OutputQueue()
      let chunk = Lines.chunk(events)
      guard case .failed(let error) = sender.send(chunk, from: 0, queue) else {
        Issue.record("it did not fail")
        return
      }
      #expect(error.description.contains("the server has no room for 1 events now"))
      guard case .settled(let verdicts, let reason) = sender.send(chunk, from: 0, queue) else {
        Issue.record("it was not settled")
        return
      }
      #expect(verdicts == [true, true, false, true, true])
      #expect(reason == "the server answers 400 for some events")
      let requests = try await server.requests(2)
      #expect(requests[0].lines == events.flatMap { ["{\"create\":{}}", $0] })
      #expect(requests[1].lines == ["{\"create\":{}}", events[1]])
    }
  }

  @Test(.enabled(if: Machine.has("openssl"), "needs openssl"))
  func `a server of TLS is believed only with a certificate of somebody who is trusted`()
    async throws
  {
    try await withStage { stage in
      let certificate = try await stage.certificate()
      let server = try await HTTPServer(stage, certificate: certificate)
      let queue = try OutputQueue()
      let trusting = try Destination(
        parsing: "https://127.0.0.1:\(server.port)/,ca=\(certificate)")
      try trusting.prepare()
      let sender = try #require(trusting.sender)
      #expect(Lines.send(Lines.chunk(events), by: sender, queue).delivered == 5)
      let other = try #require(try Destination(parsing: "https://127.0.0.1:\(server.port)/").sender)
      let result = Lines.send(Lines.chunk(events), by: other, queue)
      #expect(result.delivered == 0)
      #expect(result.failure?.description.contains("certificate") == true, "\(result)")
      #expect(result.failure?.isPassing == true)
    }
  }

  @Test(arguments: [
    ("http:x", "`http:x` is not a URL for events: it needs `//` after the colon"),
    (
      "https://u:p@host/",
      "`https://u:p@host/` is not a URL for events: name a file with the Authorization header by "
        + "`headers=` instead"
    ),
    ("http://", "`http://` is not a URL for events: it needs a host"),
    (
      "http://a b/",
      "`http://a b/` is not a URL for events: other bytes than those of ASCII are written as %XX"
    ),
    ("http://a/#x", "`http://a/#x` is not a URL for events: a fragment is never sent"),
    ("http://a:0/", "`http://a:0/` is not a URL for events: it needs a host"),
    ("table:http://a/", "table cannot go to http://a/: it takes json"),
    ("http://a/,body=x", "`body` is one of ndjson, bulk, clickhouse, not `x`"),
    ("http://a/,compress=lz4", "`compress` is gzip, not `lz4`"),
    ("json:x,body=bulk", "only http and https have `body`, not json:x"),
  ])
  func `what is wrong with a URL is said`(argument: String, expected: String) {
    let error = #expect(throws: Destination.ParsingError.self) {
      try Destination(parsing: argument)
    }
    #expect(error?.description == expected)
  }

  @Test(arguments: [
    "", "{}", "[]", "{\"items\":[", "{\"items\":1", "{\"items\":[{\"create\":{\"status\":}}]}",
    "\"", "{\"a",
  ])
  func `what is no answer of a bulk interface is not taken for one`(text: String) {
    let answer = BulkAnswer(Array(text.utf8).bytes)
    #expect(answer?.statuses.isEmpty ?? true)
  }
}
