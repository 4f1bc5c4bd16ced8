// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

/// How long a program of signatures may read nothing.
struct SignatureProgramPatienceTests {
  private static let hello = """
    {"protocol":1,"signatures":[{"name":"many","selections":{"a":{"event":"net_packet_udp"}}}]}
    """
  private static let policy = "{type: policy, name: p, scope: [global], rules: [{event: many}]}"

  /// A program that says which signature it has, and then does what a script says.
  private func withProgram(
    _ script: String, waits: Bool, _ body: (SignatureProgram, inout Emitter) async throws -> Void
  ) async throws {
    // Where everybody can go, for it runs as another user.
    let folder = URL(filePath: "/tmp/signature-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = folder.appending(path: "text")
    let path = folder.appending(path: "program").path
    try Data("#!/bin/sh\necho '\(Self.hello)'\n\(script)\n".utf8).write(to: text)
    // A file that this process wrote may still be open in what other tests start, and could not be executed.
    try await run("install", "-m", "755", text.path, path)
    let clock = BootClock(epochOffset: 0)
    let program = try SignatureProgram(starting: path, clock: clock, waits: waits)
    defer { program.stop() }
    var set = PolicySet.parse([SourceFile(name: "p", bytes: Array(Self.policy.utf8))])
    set.add(program.signatures)
    let checked = set.checked()
    let plan = try #require(checked.plan, "\(checked.diagnostics.map(ConciseRenderer.line))")
    var emitter = Emitter(outputs: [try Output(Destination(.none), clock: clock)])
    emitter.programs = [program]
    emitter.add(plan, generation: 1)
    try await body(program, &emitter)
  }

  private func give(_ count: Int, to emitter: inout Emitter) {
    var sample = SampleRecord(
      SamplePacket.ipv4(17, SamplePacket.udp(from: 40000, to: 9, [1, 2, 3])), row: [1])
    sample.own()
    for number in 1...count {
      sample.header.time = 1_000_000_000 + UInt64(number)
      emitter.consume(sample.bytes.span.bytes)
    }
  }

  @Test func `a program that reads nothing is ended after its time, and its events are lost`()
    async throws
  {
    try await withProgram("exec sleep 1000", waits: false) { program, emitter in
      program.readPatience = .milliseconds(200)
      // More than a pipe takes.
      give(300, to: &emitter)
      emitter.advance(to: 3_000_000_000)
      #expect(program.account.given + program.account.lost == 300)
      #expect(program.account.lost == 0)
      var notices = emitter.servePrograms()
      #expect(notices.isEmpty, "it has its time")
      try await eventually("end of the program", instead: { "\(notices)" }) {
        notices += emitter.servePrograms()
        return notices.count >= 2
      }
      let path = program.account.program
      #expect(
        notices == [
          "the signature program \(path) has read nothing for 0.2 seconds: ending it",
          "the signature program \(path) was ended by signal 9: what it remembered is gone; starting it again in 1 s",
        ])
      #expect(program.account.lost > 100, "\(program.account)")
      #expect(program.account.given + program.account.lost == 300)
    }
  }

  @Test func `one whose events wait is ended, too, and holds nobody up for longer`() async throws {
    try await withProgram("exec sleep 1000", waits: true) { program, emitter in
      program.readPatience = .milliseconds(200)
      let start = ContinuousClock.now
      // More than wait for it.
      give(8000, to: &emitter)
      emitter.advance(to: 3_000_000_000)
      #expect(start.duration(to: .now) < .seconds(60))
      var notices = emitter.servePrograms()
      try await eventually("end of the program", instead: { "\(notices)" }) {
        notices += emitter.servePrograms()
        return notices.contains { $0.contains("was ended by signal 9") }
      }
      #expect(notices.first?.contains("has read nothing for 0.2 seconds") == true, "\(notices)")
      #expect(program.account.given + program.account.lost == 8000, "\(program.account)")
    }
  }

  @Test func `a program that reads slowly but reads goes on`() async throws {
    let script = "while dd bs=65536 count=1 of=/dev/null 2>/dev/null; do sleep 0.05; done"
    try await withProgram(script, waits: false) { program, emitter in
      program.readPatience = .seconds(5)
      give(300, to: &emitter)
      emitter.advance(to: 3_000_000_000)
      var notices: [String] = []
      try await eventually("all events are read", instead: { "\(notices)" }) {
        notices += emitter.servePrograms()
        return program.wait == nil
      }
      #expect(notices.isEmpty && program.account.given == 300 && program.account.starts == 1)
    }
  }
}
