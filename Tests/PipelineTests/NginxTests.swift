// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import TestSupport
import Testing

@testable import Pipeline

/// Batches of events at a server that others wrote: what it has is compared with a file of the same events.
@Suite(.enabled(if: Nginx.isThere, "needs nginx")) struct NginxTests {
  /// A server, an output to it, and a file that gets the same events.
  private final class Scene {
    let server: Nginx
    let output: Output
    let path: String
    private var emitter: Emitter
    private var count: UInt32 = 0

    init(
      _ stage: Stage, options: String = "", isSecure: Bool = false,
      _ behaviour: Nginx.Behaviour = Nginx.Behaviour()
    ) async throws {
      let certificate = isSecure ? try await stage.certificate() : ""
      server = try await Nginx(stage, certificate: certificate, behaviour)
      let trust = isSecure ? ",ca=\(certificate)" : ""
      let destination = try Destination(
        parsing: "\(isSecure ? "https" : "http")://127.0.0.1:\(server.port)/in\(options)\(trust)")
      guard case .http(let target) = destination.place else { throw POSIXError(.EINVAL) }
      try destination.prepare()
      output = try Output(
        destination, clock: OutputTests.clock,
        sender: HTTPSender(target, destination.http, destination.tls, timeout: 500))
      path = try stage.folder() + "/events"
      let file = try Output(Destination(.json, path: path), clock: OutputTests.clock)
      emitter = Emitter(outputs: [output, file])
      emitter.add(EmitterTests.plan, generation: 1)
    }

    /// Emits events, each different from all others.
    func emit(_ number: Int) {
      for _ in 0..<number {
        count += 1
        var sample = SampleRecord(EmitterTests.packet, row: [1])
        sample.header.owner.pid = count
        emitter.consume(sample.bytes.span.bytes)
      }
      push()
    }

    /// Gives the output what it had no room for, as a tracer does when there is room again.
    func push() { emitter.outputs.push() }

    func finish() throws { #expect(try emitter.outputs.finish() == .written) }

    /// The lines of the file.
    func expected() throws -> [Substring] {
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == Int(count) && Set(lines).count == lines.count)
      return lines
    }
  }

  @Test(arguments: [(false, ""), (true, ""), (true, ",compress=gzip")])
  func `it has every event once, in order, byte for byte`(isSecure: Bool, options: String)
    async throws
  {
    try await withStage { stage in
      let scene = try await Scene(stage, options: options, isSecure: isSecure)
      for _ in 0..<30 { scene.emit(100) }
      try scene.finish()
      #expect(scene.output.account.written == 3000 && scene.output.account.retries == 0)
      let bodies = try await scene.server.bodies()
      #expect(bodies.allSatisfy { $0.hasSuffix("}\n") })
      #expect(try bodies.joined().split(separator: "\n") == scene.expected())
    }
  }

  @Test func `one that fails, stalls, is gone and comes back has every event once, in order`()
    async throws
  {
    try await withStage { stage in
      let scene = try await Scene(stage, Nginx.Behaviour(status: 503))
      let retries = { scene.output.account.retries }
      scene.emit(200)
      try await eventually("a failure") { retries() >= 1 }
      try await scene.server.stop()
      let gone = retries()
      try await eventually("a refused connection") { retries() > gone }
      try await scene.server.start()
      try await eventually("delivery", instead: { "\(scene.output.account)" }) {
        scene.push()
        return scene.output.account.written == 200
      }
      scene.server.stall()
      scene.emit(300)
      let stalled = retries()
      try await eventually("an answer that does not come") { retries() > stalled }
      #expect(scene.output.account.written == 200)
      try await scene.server.stop()
      try await scene.server.start()
      try await eventually("delivery", instead: { "\(scene.output.account)" }) {
        scene.push()
        return scene.output.account.written == 500
      }
      try scene.finish()
      #expect(scene.output.account.lost == 0)
      #expect(
        try await scene.server.bodies().joined().split(separator: "\n") == scene.expected())
      let notices = scene.output.takeNotices()
      #expect(notices.first?.contains("the server answers 503") == true, "\(notices)")
      #expect(notices.last?.hasSuffix("takes events again") == true, "\(notices)")
    }
  }

  @Test func `one that takes only small bodies gets the events in more of them`() async throws {
    try await withStage { stage in
      let scene = try await Scene(stage, Nginx.Behaviour(bodyLimit: 20_000))
      scene.emit(500)
      try scene.finish()
      let account = scene.output.account
      #expect((account.written, account.lost, account.retries) == (500, 0, 0))
      let bodies = try await scene.server.bodies()
      #expect(bodies.allSatisfy { $0.utf8.count <= 20_000 } && bodies.count > 20)
      #expect(try bodies.joined().split(separator: "\n") == scene.expected())
      #expect(scene.output.takeNotices().isEmpty)
    }
  }
}
