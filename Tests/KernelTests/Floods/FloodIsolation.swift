// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// What stands still keeps nobody else from anything.
  @Suite(.enabled(if: Machine.has("python3", "mount"), "needs python3 and mount"))
  struct FloodIsolation {
    @Test func `a reader that stands still loses events of its own, and nobody else's`()
      async throws
    {
      try await withStage { stage in
        let fifo = try Fifo(stage)
        let flood = try await Flood(
          stage, options: ["-o", "json:\(fifo.path),on-full=drop,policies=flood"])
        try await flood.send(16_000)
        try await flood.send(100, to: Flood.quietPort)
        try await eventually("loss at the FIFO", instead: { flood.tracer.process.errorText }) {
          try flood.ledger().output("json:\(fifo.path)", "dropped") ?? 0 > 0
        }
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == flood.sent)
        #expect(ledger.packets("ringFull") == 0)
        #expect(ledger.rule("quiet", "net_packet_udp", "emitted") == 100)
        let seen = try await FloodLines(of: [flood.file])
        #expect(seen.events == flood.sent && seen.missing == 0)
        #expect(ledger.output("json:\(flood.file)", "written") == flood.sent)
        #expect(ledger.output("json:\(fifo.path)", "accepted") == 16_000)
        let written = ledger.output("json:\(fifo.path)", "written") ?? 0
        let lost = ledger.output("json:\(fifo.path)", "lost") ?? 0
        #expect(written + lost == 16_000)
        #expect(lost > 4_000)
      }
    }

    /// With a ring that is pressed, and with one that is not.
    @Test(arguments: [(24_000, "4M"), (10_000, "64M")])
    func `a reader that stands still and must lose nothing holds up others for seconds at most`(
      count: Int, ring: String
    ) async throws {
      try await withStage { stage in
        let fifo = try Fifo(stage)
        let flood = try await Flood(
          stage, options: ["-o", "json:\(fifo.path)", "--buffer", ring])
        // More than its queue can hold.
        try await flood.send(UInt64(count), perSecond: 6_000)
        flood.tracer.process.send(SIGUSR1)
        try await eventually("a ledger") {
          flood.tracer.process.errorText.contains("tracee-policy: so far: seen ")
        }
        try await eventually("all events", instead: { flood.tracer.process.errorText }) {
          try flood.ledger().output("json:\(flood.file)", "written") == flood.sent
        }
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == flood.sent)
        #expect(ledger.packets("ringFull") == 0)
        let seen = try await FloodLines(of: [flood.file])
        #expect(seen.events == flood.sent && seen.missing == 0 && seen.breach == nil)
        #expect(ledger.output("json:\(fifo.path)", "accepted") == flood.sent)
        #expect(ledger.output("json:\(fifo.path)", "dropped") ?? 0 > 0)
      }
    }

    @Test func `a policy that is flooded loses, and another beside it does not`() async throws {
      try await withStage { stage in
        let flood = try await Flood(stage, options: ["--buffer", "1M"])
        let quiet = try flood.start(200, to: Flood.quietPort, seconds: 20, perSecond: 200)
        try await flood.send(60_000)
        try await flood.count(quiet)
        let ledger = try await flood.end()
        #expect(flood.sent == 60_200 && ledger.packets("wanted") == flood.sent)
        #expect(ledger.rule("quiet", "net_packet_udp", "emitted") == 200)
        #expect(ledger.rule("quiet", "net_packet_udp", "ringFull") == 0)
        let lost = ledger.rule("flood", "net_packet_udp", "ringFull") ?? 0
        #expect(lost > 0)
        let seen = try await FloodLines(of: [flood.file])
        #expect(seen.byPolicies[["quiet"]] == 200)
        #expect(seen.missingByPolicy == ["flood": lost])
      }
    }

    @Test func `a reader that comes back in time loses nothing, and nobody else does`()
      async throws
    {
      try await withStage { stage in
        let fifo = try Fifo(stage)
        let flood = try await Flood(stage, options: ["-o", "json:\(fifo.path)"])
        // More than its queue can hold, and less than half the ring besides.
        try await flood.send(14_000, perSecond: 8_000)
        #expect(try flood.ledger().json["records"]?["waiting"]?.unsigned ?? 0 > 0)
        let copy = "\(flood.folder)/copy.json"
        let reader = try stage.start("sh", "-c", "exec cat \"$0\" >\"$1\"", fifo.path, copy)
        try await eventually("all events", instead: { flood.tracer.process.errorText }) {
          try flood.ledger().output("json:\(fifo.path)", "written") == flood.sent
        }
        let ledger = try await flood.end()
        fifo.leave()
        #expect(try await reader.end() == .exited(0))
        #expect(ledger.packets("ringFull") == 0)
        for output in [flood.file, copy] {
          let seen = try await FloodLines(of: [output])
          #expect(seen.events == flood.sent && seen.missing == 0 && seen.breach == nil)
        }
      }
    }

    @Test func `a lone reader that stands still can be stopped for, and loses what it must`()
      async throws
    {
      try await withStage { stage in
        let fifo = try Fifo(stage)
        let flood = try await Flood(
          stage, options: ["--buffer", "1M"], output: "json:\(fifo.path)")
        try await flood.send(16_000)
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == flood.sent)
        #expect(ledger.packets("ringFull") > 0)
        let written = ledger.output("json:\(fifo.path)", "written") ?? 0
        let unwritten = ledger.output("json:\(fifo.path)", "unwritten") ?? 0
        #expect(ledger.output("json:\(fifo.path)", "dropped") == 0)
        #expect(written + unwritten == ledger.packets("submitted"))
      }
    }
  }
}

/// A FIFO whose reader stands still.
final class Fifo {
  let path: String
  private var reader: CInt

  init(_ stage: Stage) throws {
    path = try stage.folder() + "/fifo"
    #expect(mkfifo(path, 0o600) == 0)
    reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    #expect(reader >= 0)
  }

  /// Ends the reader.
  func leave() {
    if reader >= 0 { close(reader) }
    reader = -1
  }

  deinit { leave() }
}
