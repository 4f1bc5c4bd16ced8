// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// What was captured beside the tracer, replayed, against what the tracer said.
  @Suite(
    .enabled(
      if: Machine.has("tcpdump", "curl", "python3", "nc", "ping"),
      "needs tcpdump, curl, python3, nc and ping"))
  struct Replaying {
    @Test func `a capture gives the events that the tracer gave, but for the owners`() async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left, network.right)
        let folder = try stage.folder(["index.html": "hello"])
        let capture = folder + "/wire.pcap"
        let addresses = "\(network.ipv4),\(network.ipv6)"
        let policy = policy(
          "all", events: "net_packet_tcp,net_packet_udp,net_packet_icmp,net_packet_http",
          "data.src=\(addresses)", "data.dst=\(addresses)")
        // It says which way packets go, as only a cooked capture does.
        let wire = try stage.start(
          "tcpdump", "-n", "-i", "any", "-U", "--immediate-mode", "-w", capture, on: there)
        try await eventually("tcpdump", instead: { wire.errorText }) {
          wire.errorText.contains("listening on any")
        }
        let tracer = try await stage.trace(policy)
        let server = try stage.start(
          "python3", "-m", "http.server", "--bind", "::", "--directory", folder, "8080", on: here)
        try await here.listens(on: 8080)
        for version in IPVersion.allCases {
          let address = version == .four ? here.ipv4 : "[\(here.ipv6)]"
          try await there.run("curl", "--silent", "http://\(address):8080/")
          try await there.run(
            "nc", "-u", "-w", "1", "-q", "0", here.address(version), "9", input: .text("datagram"))
        }
        try await there.run("ping", "-c", "2", "-i", "0.2", here.ipv4)
        try await here.closesConnections()
        try await there.closesConnections()
        let trace = try await tracer.stop()
        _ = server
        wire.send(SIGINT)
        try await wire.end()

        let file = try stage.folder(["all.yaml": policy])
        let replayed = try await outcome(
          of: [Tracer.path, "replay", capture, "-p", file, "-o", "json"])
        #expect(replayed.ending == .exited(0), "\(replayed.errors)")
        let events = try replayed.output.split(separator: "\n").map {
          try TracedEvent(line: Array($0.utf8))
        }
        let own = [there.ipv4, there.ipv6]
        let live = trace.events.filter { own.contains($0.leaves ? $0.source : $0.destination) }
        #expect(Set(live.map(\.name)).count == 4, "\(trace.summary)")
        let expected = Self.contents(live)
        let actual = Self.contents(events)
        #expect(expected.isSubset(of: actual), "\(expected.subtracting(actual))")
        // What no socket took, the tracer did not see: resets, and what answers them.
        let more = actual.subtracting(expected)
        #expect(more.allSatisfy { !$0.contains("net_packet_http") }, "\(more)")
        #expect(more.count * 5 < actual.count, "\(more)")
      }
    }

    /// What events say, but for owners, times and whether checksums are computed, each as often as it is there.
    private static func contents(_ events: [TracedEvent]) -> Set<String> {
      var counts: [String: Int] = [:]
      return Set(
        events.map { event in
          var said = event.arguments
          said["metadata"] = event.arguments["metadata"]?["direction"] ?? said["metadata"]
          let arguments = said.sorted { $0.key < $1.key }.map { "\($0)" }.joined()
          let text = "\(event.name) \(event.matchedPolicies) \(arguments)"
          counts[text, default: 0] += 1
          return "\(text) #\(counts[text, default: 0])"
        })
    }
  }
}
