// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// More packets than can be written: each of them is an event that a reader sees, or a number that says why not.
  @Suite(.enabled(if: Machine.has("python3", "mount"), "needs python3 and mount"))
  struct Floods {
    @Test func `a small ring loses packets, by number and in place`() async throws {
      try await withStage { stage in
        let flood = try await Flood(stage, options: ["--buffer", "64K"])
        try await flood.send(20_000)
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == flood.sent)
        let seen = try await FloodLines(of: [flood.file])
        #expect(seen.events == ledger.packets("submitted"))
        #expect(seen.missing == ledger.packets("ringFull"))
        #expect(seen.missing > 0)
      }
    }

    @Test func `what arrives is counted as what leaves is`() async throws {
      try await withStage { stage in
        let flood = try await Flood(stage, options: ["--buffer", "64K"])
        // Nobody reads what arrives: it is seen before the socket finds that it has no room.
        let receiver = try stage.start(
          "python3", "-I", "-S", "-c",
          """
          import socket, sys
          s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          s.bind((sys.argv[1], \(Flood.port)))
          sys.stdin.read()
          """, flood.network.left.ipv4, on: flood.network.left, input: .open)
        try await flood.network.left.listens(udp: true, on: Flood.port)
        let before = try await flood.network.left.packetCounts().received
        try await flood.send(20_000)
        let arrived = try await flood.network.left.packetCounts().received - before
        let ledger = try await flood.end()
        receiver.closeInput()
        #expect(arrived == flood.sent)
        #expect(ledger.packets("wanted") == flood.sent + arrived)
        let seen = try await FloodLines(of: [flood.file])
        #expect(seen.events + seen.missing == flood.sent + arrived)
      }
    }

    @Test func `a disk that is full loses what does not fit, and goes on when there is room`()
      async throws
    {
      try await withStage { stage in
        let disk = try await stage.disk(kilobytes: 1024)
        let (small, old, filler) = ("\(disk)/events.json", "\(disk)/old.json", "\(disk)/filler")
        #expect(FileManager.default.createFile(atPath: filler, contents: Data(count: 512 << 10)))
        let flood = try await Flood(stage, options: ["-o", "json:\(small),on-full=drop"])
        try await flood.send(16_000)
        try await eventually("the word of it", instead: { flood.tracer.process.errorText }) {
          flood.tracer.process.errorText.contains("'\(small)': No space left on device")
        }
        try await eventually("loss at the disk") {
          try flood.ledger().output("json:\(small)", "dropped") ?? 0 > 0
        }
        let said = flood.tracer.process.errorText.split(separator: "\n").filter {
          $0.contains("No space left")
        }
        #expect(said.count == 1, "\(said)")
        // Renamed while it is full, and then there is room.
        #expect(rename(small, old) == 0)
        flood.tracer.process.send(SIGHUP)
        try await eventually("a new file") { access(small, F_OK) == 0 }
        #expect(unlink(filler) == 0)
        try await eventually("the word of room", instead: { flood.tracer.process.errorText }) {
          flood.tracer.process.errorText.contains("'\(small)' can be written again")
        }
        let ledger = try await flood.end(exits: [0, 2])
        #expect(ledger.packets("wanted") == flood.sent)
        #expect(try await FloodLines(of: [flood.file]).events == flood.sent)
        #expect(ledger.output("json:\(small)", "accepted") == flood.sent)
        let seen = try await FloodLines(of: [old, small])
        #expect(seen.events == ledger.output("json:\(small)", "written"))
      }
    }

    @Test func `a tracer that is stopped for five seconds knows what it missed`() async throws {
      try await withStage { stage in
        let flood = try await Flood(stage, options: ["--buffer", "1M"])
        flood.tracer.process.send(SIGSTOP)
        try await flood.count(try flood.start(seconds: 5, perSecond: 5_000))
        flood.tracer.process.send(SIGCONT)
        try await flood.send(1_000, perSecond: 5_000)
        let ledger = try await flood.end()
        #expect(flood.sent > 20_000)
        #expect(ledger.packets("wanted") == flood.sent)
        #expect(ledger.packets("ringFull") > 0)
        let seen = try await FloodLines(of: [flood.file])
        #expect(seen.events == ledger.packets("submitted"))
        #expect(seen.missing == ledger.packets("ringFull"))
      }
    }

    @Test func `a hundred reloads lose nothing of the account`() async throws {
      try await withStage { stage in
        let flood = try await Flood(stage, options: ["--buffer", "64K"])
        let sender = try flood.start(perSecond: 2_000)
        for number in 1...100 {
          // More at once than the ring can hold.
          if number % 10 == 5 { try await flood.send(1_000) }
          try flood.replacePolicy(by: "flood-\(number % 7)", rules: number % 10 == 0 ? 80 : 0)
          let line = try await flood.tracer.reload()
          try #require(
            line.hasPrefix("reloaded: generation \(number + 1), 1 added, 1 removed, "), "\(line)")
          _ = try flood.ledger()
        }
        try await flood.finish(sender)
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == flood.sent)
        let seen = try await FloodLines(of: [flood.file])
        #expect(seen.events == ledger.packets("submitted"))
        #expect(seen.missing == ledger.packets("ringFull"))
        #expect(seen.missing > 0)
        var names: Set<String> = []
        for rule in ledger.rules where rule["event"]?.string == "net_packet_udp" {
          let name = rule["policy"]?.string ?? ""
          names.insert(name)
          #expect(seen.byPolicies[[name]] ?? 0 == rule["emitted"]?.unsigned, "\(name)")
          #expect(seen.missingByPolicy[name] ?? 0 == rule["ringFull"]?.unsigned, "\(name)")
        }
        #expect(names == Set(["flood", "quiet"] + (0..<7).map { "flood-\($0)" }))
      }
    }
  }
}
