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

    @Test func `findings of previewed signatures are counted, and not written`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        func files(_ count: Int) -> String {
          """
          type: signature
          name: again
          selections:
            seen: { event: net_packet_udp, filters: [data.src=\(network.ipv4), data.dst_port=9] }
          correlation: { type: event_count, timespan: 60s, condition: { gte: \(count) } }
          ---
          type: policy
          name: web
          scope: [global]
          rules: [{ event: again }]
          """
        }
        let folder = try stage.folder(["own.yaml": files(2), "next.yaml": files(3)])
        let tracer = try await stage.tracer([
          "apply", "-p", folder + "/own.yaml", "--preview", folder + "/next.yaml", "-o", "json",
        ])
        for _ in 0..<3 {
          let client = try stage.start(
            "nc", "-u", "-N", "-q", "0", network.left.ipv4, "9", on: network.right,
            input: .text("x"))
          try await client.end()
        }
        let counts = "preview: policy 'web', again: gained 1, lost 1, same 0"
        try await eventually("counts of the preview", instead: { tracer.process.errorText }) {
          if tracer.process.errorText.contains(counts) { return true }
          tracer.process.send(SIGUSR1)
          return false
        }
        tracer.process.send(SIGINT)
        #expect(try await tracer.process.end() == .exited(0))
        let lines = tracer.process.outputLines().map { String(decoding: $0, as: UTF8.self) }
        let own = "\"eventName\":\"again\",\"matchedPolicies\":[\"web\"]"
        #expect(lines.count == 1 && lines[0].contains(own), "\(lines)")
      }
    }

    private static let policies = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../policies").standardizedFileURL.path

    @Test
    func `a wrong edit of a shipped policy is caught by its test, by diff and on live traffic`()
      async throws
    {
      try await withStage { stage in
        let shipped = Self.policies + "/inbound-ssh.yaml"
        let text = try String(contentsOfFile: shipped, encoding: .utf8)
        let wrong = text.replacing("data.dst_port=22", with: "data.dst_port=2222")
        try #require(wrong != text)
        let test = try String(
          contentsOfFile: Self.policies + "/inbound-ssh.test.yaml", encoding: .utf8)
        let folder = try stage.folder(["inbound-ssh.yaml": wrong, "inbound-ssh.test.yaml": test])
        let edited = folder + "/inbound-ssh.yaml"

        let tested = try await outcome(of: [Tracer.path, "test", folder, "--fail-only"])
        #expect(tested.ending == .exited(1))
        #expect(tested.output.contains("rule 1: data.dst_port=2222: the packet has 22"))
        let compared = try await outcome(of: [Tracer.path, "diff", shipped, edited, "--no-loss"])
        #expect(compared.ending == .exited(1))
        #expect(compared.output.contains("lost  inbound-ssh: net_packet_tcp"))

        let network = try await stage.network()
        let here = network.left.ipv6
        let tracer = try await stage.tracer(
          ["apply", "-p", shipped, "--preview", edited, "-o", "json"])
        _ = try stage.start("nc", "-l", here, "22", on: network.left)
        try await network.left.listens(on: 22)
        let client = try stage.start(
          "nc", "-N", here, "22", on: network.right, input: .text("one line\n"))
        try await client.end()
        try await tracer.event("the connection to port 22") { $0.name == "net_packet_tcp" }
        let trace = try await tracer.stop()
        let line = trace.errors.split(separator: "\n").last { $0.contains("preview: ") } ?? ""
        let counts = try #require(
          line.firstMatch(of: /policy 'inbound-ssh', net_packet_tcp: gained 0, lost (\d+), same 0/),
          "\(trace.errors)")
        #expect(Int(counts.output.1) == trace.events.count)
      }
    }
  }
}
