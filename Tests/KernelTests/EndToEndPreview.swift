// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// `apply --preview`: another set judges the same packets, and only counts.
  @Suite(.enabled(if: Machine.has("nc"), "needs nc"))
  struct Preview {
    @Test func `a wrong edit of a policy shows in the counts, and not in the events`() async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let folder = try stage.folder()
        let source = "data.src=\(network.ipv4)"
        let own = EndToEnd.policy("web", events: "net_packet_udp", source, "data.dst_port=9")
        let next = EndToEnd.policy("web", events: "net_packet_udp", source, "data.dst_port=10")
        try Data(own.utf8).write(to: URL(filePath: folder + "/own.yaml"))
        try Data(next.utf8).write(to: URL(filePath: folder + "/next.yaml"))
        let tracer = try await stage.tracer([
          "apply", "-p", folder + "/own.yaml", "--preview", folder + "/next.yaml", "-o", "json",
        ])
        for port in ["9", "10", "10"] {
          let client = try stage.start(
            "nc", "-u", "-N", "-q", "0", network.left.ipv4, port, on: network.right,
            input: .text("x"))
          try await client.end()
        }
        try await tracer.event("the datagram to port 9") { $0.name == "net_packet_udp" }
        tracer.process.send(SIGUSR1)
        let counts = "preview: policy 'web', net_packet_udp: gained 2, lost 1, same 0"
        try await eventually("counts of the preview", instead: { tracer.process.errorText }) {
          if tracer.process.errorText.contains(counts) { return true }
          tracer.process.send(SIGUSR1)
          return false
        }
        let trace = try await tracer.stop()
        #expect(trace.events.count == 1 && trace.events.first?.matchedPolicies == ["web"])
        #expect(trace.errors.split(separator: "\n").last?.hasSuffix(counts) == true)
      }
    }
  }
}
