// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// The account of all packets, against what the senders know.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct Ledgers {
    /// Sends datagrams from one socket to the ports 1, 2, … of an address.
    static let sender = """
      import socket, sys
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      for i in range(1, 1 + int(sys.argv[2])): s.sendto(b"x", (sys.argv[1], i))
      """

    @Test func `every rule's packets are emitted or rejected, as many as were sent`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let stats = try stage.folder() + "/stats.json"
        let filter = "data.dst=\(network.left.ipv4)"
        let policies = [
          EndToEnd.policy("all", events: "net_packet_ipv4,net_packet_udp", filter),
          EndToEnd.policy("low", events: "net_packet_udp", filter, "data.dst_port<=30"),
          EndToEnd.policy("no", scope: "comm=*nobody", events: "net_packet_udp", filter),
          EndToEnd.policy("yes", scope: "comm=*thon3", events: "net_packet_udp", filter),
        ]
        let options = ["--stats-file", stats, "--stats-every", "50ms"]
        let tracer = try await stage.trace(policies, options: options)
        #expect(try Statistics(ofFile: stats).packets("wanted") == 0)
        let sender = try stage.start(
          "python3", "-c", Self.sender, network.left.ipv4, "100", on: network.right)
        #expect(try await sender.end() == .exited(0))
        try await eventually("a ledger while tracing goes on") {
          try Statistics(ofFile: stats).rule("all", "net_packet_udp", "emitted") == 100
        }
        let trace = try await tracer.stop()

        let ledger = try Statistics(ofFile: stats)
        // Datagrams leave; where no socket waits for them, nobody sees them arrive.
        #expect(ledger.packets("wanted") == 100)
        #expect(ledger.rule("all", "net_packet_ipv4", "emitted") == 100)
        #expect(ledger.rule("low", "net_packet_udp", "emitted") == 30)
        #expect(ledger.rule("no", "net_packet_udp", "wanted") == 100)
        #expect(ledger.rule("no", "net_packet_udp", "rejected") == 100)
        #expect(ledger.rule("yes", "net_packet_udp", "emitted") == 100)
        #expect(ledger.output("json", "written") == UInt64(trace.events.count))
        #expect(ledger.json["emitted"]?.unsigned == 200)
      }
    }

    @Test func `packets after the last event that was asked for are counted as such`() async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let stats = try stage.folder() + "/stats.json"
        let tracer = try await stage.trace(
          EndToEnd.everything(in: network, events: "net_packet_udp"),
          options: ["--count", "3", "--stats-file", stats])
        tracer.process.send(SIGSTOP)
        let sender = try stage.start(
          "python3", "-c", Self.sender, network.left.ipv4, "50", on: network.right)
        #expect(try await sender.end() == .exited(0))
        tracer.process.send(SIGCONT)
        #expect(try await tracer.process.end() == .exited(0))
        let ledger = try Statistics(ofFile: stats)
        #expect(ledger.packets("submitted") == 50)
        #expect(ledger.rule("all", "net_packet_udp", "emitted") == 3)
        #expect(ledger.rule("all", "net_packet_udp", "afterLimit") == 47)
      }
    }

    @Test func `a ledger that cannot be written is said before tracing begins`() async throws {
      try await withStage { stage in
        let folder = try stage.folder([
          "1.yaml": EndToEnd.policy("all", events: "net_packet_udp", "data.dst=127.77.1.1")
        ])
        let refused = try await outcome(of: [
          Tracer.path, "apply", "-p", folder, "--stats-file", "\(folder)/no/stats.json",
        ])
        #expect(refused.ending == .exited(2))
        #expect(refused.errors.contains("\(folder)/no/stats.json"), "\(refused.errors)")
        #expect(!refused.errors.contains("ready"), "\(refused.errors)")
      }
    }

    @Test(.enabled(if: Machine.has("mount", "dd"), "needs mount and dd"))
    func `a ledger that has no room for a while is no reason to stop`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let disk = try await stage.disk(kilobytes: 64)
        let stats = "\(disk)/stats.json"
        let tracer = try await stage.trace(
          EndToEnd.everything(in: network, events: "net_packet_udp"),
          options: ["--stats-file", stats, "--stats-every", "20ms"])
        let fill = try await outcome(of: ["dd", "if=/dev/zero", "of=\(disk)/full", "bs=4k"])
        #expect(fill.ending == .exited(1))
        let errors = { tracer.process.errorText }
        try await eventually("the word of it", instead: errors) {
          errors().contains("stats.json': No space left on device; ")
        }
        #expect(unlink("\(disk)/full") == 0)
        try await eventually("the word of its end", instead: errors) {
          errors().contains("tracee-policy: '\(stats)' can be written again\n")
        }
        #expect(try Statistics(ofFile: stats).packets("ringFull") == 0)
        _ = try await tracer.stop()
        #expect(errors().matches(of: /No space left/).count == 1, "\(errors())")
      }
    }
  }
}
