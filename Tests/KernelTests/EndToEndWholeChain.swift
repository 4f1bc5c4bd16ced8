// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// What the kernel decides against what user space decides, on the same packets at the same time.
  @Suite(
    .enabled(
      if: Machine.has("curl", "python3", "nc", "setpriv"), "needs curl, python3, nc and setpriv"))
  struct WholeChain {
    @Test func `both places of decision give the same events, line by line`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let group = try stage.make(stage.plannedGroup())
        let policies = policies(network, group)
        let kernel = try await stage.trace(policies)
        let userSpace = try await stage.trace(policies, options: ["--filters", "user-space"])
        #expect(try #require(kernel.readyLine).contains("kernel filters 0") == false)
        #expect(try #require(userSpace.readyLine).contains("kernel filters 0,"))

        try await talk(stage, network, group)

        let (expected, actual) = (try await userSpace.stop(), try await kernel.stop())
        let (lines, other) = (Self.comparable(actual), Self.comparable(expected))
        #expect(lines.count == other.count)
        let difference = lines.difference(from: other).map { "\($0)" }.joined(separator: "\n")
        #expect(difference.isEmpty, "\(difference)")
        // Every policy has been put to the test, but for the one that nothing can meet.
        let named = Set(expected.events.flatMap(\.matchedPolicies))
        #expect(named == Set((0..<policies.count - 1).map { "p\($0)" }))
        #expect(expected.ledger.rejected > 0)
        #expect(actual.ledger.submitted < expected.ledger.submitted)
      }
    }

    /// Each policy asks something of another kind.
    private func policies(_ network: VirtualNetwork, _ group: ControlGroup) -> [String] {
      let udp = "data.dst_port=9001-9004"
      let questions: [(scope: String, events: String, filters: [String])] = [
        ("global", "net_packet_tcp", ["data.dst_port=8080"]),
        ("comm=nc", "net_packet_udp", [udp, "data.dst!=\(network.left.ipv6)"]),
        ("comm!=nc,curl", "net_packet_udp,net_packet_tcp", ["data.src!=\(network.left.ipv4)"]),
        ("uid=65534", "net_packet_udp", [udp]),
        ("uid<65534", "net_packet_udp", ["data.dst_port=9002-65535", "data.dst_port!=9003"]),
        ("cgroup=\(group.path)", "net_packet_udp", [udp]),
        ("cgroup!=\(group.path)", "net_packet_udp", [udp, "data.metadata.direction=egress"]),
        ("not-container", "net_packet_ipv6", ["data.src!=\(network.left.ipv6)"]),
        ("pid=new", "net_packet_udp", [udp, "data.metadata.direction!=ingress"]),
        ("executable=*/curl", "net_packet_tcp", ["data.proto_tcp.SYN=1"]),
        ("comm=c*", "net_packet_tcp", ["data.src_port>=1024", "data.proto_tcp.ACK=1"]),
        ("comm=c*", "net_packet_ipv4", ["data.dst=\(network.ipv4)", "data.proto_ipv4.TTL<=64"]),
        ("uid=0", "net_packet_tcp", ["data.dst_port=8080", "comm!=curl,python3"]),
      ]
      // The rest of the machine talks meanwhile.
      let within = "data.src=\(network.ipv4),\(network.ipv6)"
      return questions.enumerated().map { number, question in
        """
        type: policy
        name: p\(number)
        scope: ["\(question.scope)"]
        rules:
          - event: \(question.events)
            filters: [\(([within] + question.filters).map { "\"\($0)\"" }.joined(separator: ", "))]

        """
      }
    }

    private func talk(_ stage: Stage, _ network: VirtualNetwork, _ group: ControlGroup) async throws
    {
      let root = try stage.folder(["page": "hello\n"])
      let server = try stage.start(
        "python3", "-m", "http.server", "--directory", root, "--bind", network.left.ipv4, "8080",
        on: network.left)
      try await network.left.listens(on: 8080)
      try await network.right.run("curl", "-sS", "http://\(network.left.ipv4):8080/page")
      for version in IPVersion.allCases {
        for (port, place) in [("9001", nil), ("9002", group), ("9003", group)] {
          let client = try stage.start(
            "nc", "-u", "-N", "-q", "0", network.left.address(version), port, on: network.right,
            in: place, input: .text("x"))
          try await client.end()
        }
        let nobody = try stage.start(
          "setpriv", "--reuid=65534", "--clear-groups", "nc", "-u", "-N", "-q", "0",
          network.left.address(version), "9004", on: network.right, input: .text("x"))
        try await nobody.end()
      }
      try await network.right.closesConnections()
      try await network.left.closesConnections()
      try await server.remove()
    }

    /// All but the packets' times, which each tracer takes by itself, and the threads', which each counts from its own
    /// reading of the clock.
    ///
    /// Packets of one flow keep their order; flows can meet two tracers on two processors in another order.
    private static func comparable(_ trace: Trace) -> [String] {
      func flow(_ event: TracedEvent) -> String {
        "\(event.name) \(event.direction) \(event.source) \(event.sourcePort ?? 0) "
          + "\(event.destination) \(event.destinationPort ?? 0)"
      }
      return trace.events.enumerated()
        .map {
          (flow: flow($1), order: $0, line: $1.line(without: ["timestamp", "threadStartTime"]))
        }
        .sorted { ($0.flow, $0.order) < ($1.flow, $1.order) }
        .map(\.line)
    }
  }
}

extension TracedEvent {
  /// The whole object without these members.
  fileprivate func line(without keys: Set<String>) -> String {
    guard case .object(let members) = json else { return "" }
    return members.filter { !keys.contains($0.key) }.map { "\($0.key): \($0.value)" }
      .joined(separator: ", ")
  }
}
