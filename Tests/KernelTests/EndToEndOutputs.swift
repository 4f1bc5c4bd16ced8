// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  @Suite(.enabled(if: Machine.has("nc", "python3"), "needs nc and python3"))
  struct Outputs {
    @Test func `it stops by itself after so many events`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_udp"), options: ["--count", "3"])
        try await send(5, stage, network)
        #expect(try await tracer.process.end() == .exited(0))
        #expect(try tracer.events().count == 3)
      }
    }

    @Test func `it stops by itself after so long`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_udp"), options: ["--for", "300ms"])
        #expect(try await tracer.process.end(within: .seconds(10)) == .exited(0))
        #expect(try Ledger(parsing: tracer.process.errorText).events == 0)
      }
    }

    @Test func `several outputs get the same, and a new file is its owner's alone`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let file = try stage.folder() + "/events.json"
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_udp"), options: ["-o", "json:\(file)"])
        try await send(3, stage, network)
        _ = try await tracer.event("the third datagram") { $0.destinationPort == 3 }
        let trace = try await tracer.stop()

        #expect(trace.events.map(\.destinationPort) == [1, 2, 3])
        #expect(try String(contentsOfFile: file, encoding: .utf8) == tracer.process.outputText)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
        #expect(mode as? Int == 0o600)
      }
    }

    @Test func `a table has a heading, and a line of at most 120 columns for each event`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let policies = try stage.folder([
          "1.yaml": everything(in: network, events: "net_packet_udp")
        ])
        let tracer = try await stage.tracer([
          "apply", "-p", policies, "-o", "table", "--width", "120",
        ])
        try await send(2, stage, network)
        try await eventually("a heading and two events") {
          tracer.process.outputLines().count == 3
        }
        tracer.process.send(SIGINT)
        #expect(try await tracer.process.end() == .exited(0))
        let lines = tracer.process.outputText.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 120 })
        for (port, line) in zip(["1", "2"], lines.dropFirst()) {
          #expect(line.contains("\(network.right.ipv4):"), "\(line)")
          #expect(line.contains(" → \(network.left.ipv4):\(port) "), "\(line)")
          #expect(
            line.contains(" nc ") && line.contains(" udp ") && line.contains(" out "), "\(line)")
        }
      }
    }

    @Test func `a symbolic link is not written through`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let folder = try stage.folder([
          "1.yaml": everything(in: network, events: "net_packet_udp"), "target": "precious",
        ])
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/link", withDestinationPath: "\(folder)/target")
        let refused = try await outcome(of: [
          Tracer.path, "apply", "-p", "\(folder)/1.yaml", "-o", "json:\(folder)/link",
        ])
        #expect(refused.ending == .exited(2))
        #expect(refused.errors.contains("\(folder)/link"), "\(refused.errors)")
        #expect(try String(contentsOfFile: "\(folder)/target", encoding: .utf8) == "precious")
      }
    }

    @Test func `a full disk is said, and what was lost by it is counted`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let folder = try stage.folder([
          "1.yaml": everything(in: network, events: "net_packet_udp")
        ])
        let tracer = try await stage.tracer(["apply", "-p", folder, "-o", "json:/dev/full"])
        try await send(1, stage, network)
        try await eventually("the word of it", instead: { tracer.process.errorText }) {
          tracer.process.errorText.contains("'/dev/full': No space left on device")
        }
        tracer.process.send(SIGINT)
        #expect(try await tracer.process.end() == .exited(2))
        let ledger = try Ledger(parsing: tracer.process.errorText)
        #expect(ledger.submitted == 1 && ledger.lost == 1, "\(ledger)")
      }
    }

    @Test func `a standard output that the caller has closed is not taken for something else`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let folder = try stage.folder([
          "1.yaml": everything(in: network, events: "net_packet_udp")
        ])
        let tracer = try stage.start(
          "sh", "-c", "exec \"$@\" >&-", "sh", Tracer.path, "apply", "-p", folder, "-o", "json")
        try await eventually("start of the tracer") { tracer.errorText.contains(": ready: ") }
        try await send(1, stage, network)
        #expect(try await tracer.end() == .exited(2))
        let errors = tracer.errorText
        #expect(errors.contains("standard output: Bad file descriptor"), "\(errors)")
        let ledger = try Ledger(parsing: errors)
        #expect(ledger.submitted == 1 && ledger.lost == 1, "\(ledger)")
      }
    }

    @Test func `of more packets than the ring has room for, each is written or counted`()
      async throws
    {
      let count: UInt64 = 60_000
      let flood = """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for i in range(\(count)): s.sendto(b"x", (sys.argv[1], 9))
        """
      try await withStage { stage in
        let network = try await stage.network()
        let folder = try stage.folder([
          "1.yaml": everything(in: network, events: "net_packet_udp")
        ])
        let file = "\(folder)/events.json"
        let tracer = try await stage.tracer([
          "apply", "-p", folder, "-o", "json:\(file)", "--buffer", "4M",
        ])
        // While the tracer stands still, the ring fills.
        tracer.process.send(SIGSTOP)
        let client = try stage.start("python3", "-c", flood, network.left.ipv4, on: network.right)
        #expect(try await client.end() == .exited(0))
        tracer.process.send(SIGINT)
        tracer.process.send(SIGCONT)
        #expect(try await tracer.process.end(within: .seconds(60)) == .exited(0))

        let errors = tracer.process.errorText
        let ledger = try Ledger(parsing: errors)
        let seen = try await FloodLines(of: [file])
        try ledger.check(events: Int(seen.events))
        #expect(seen.missing == ledger.ringFull)
        #expect(seen.missingByPolicy == ["all": ledger.ringFull])
        #expect(ledger.wanted == count)
        #expect(ledger.submitted == ledger.events)
        #expect(ledger.ringFull > 0)
        let said = "ring full: \(ledger.ringFull) packets lost for policy 'all', net_packet_udp\n"
        #expect(errors.contains(said), "\(errors)")
      }
    }
  }
}
