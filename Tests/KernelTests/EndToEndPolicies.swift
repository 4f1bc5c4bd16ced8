// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  @Suite(.enabled(if: Machine.has("curl", "python3"), "needs curl and python3"))
  struct Policies {
    @Test func `each packet names exactly the policies that wanted it, in load order`() async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let tracer = try await stage.trace(
          policy("zulu", events: "net_packet_tcp", "data.src=\(network.ipv4)"),
          policy(
            "clients", scope: "comm=curl,wget", events: "net_packet_tcp,net_packet_ipv4",
            "data.dst=\(network.left.ipv4)"),
          policy(
            "alpha", events: "net_packet_tcp", "data.metadata.direction=egress",
            "data.src_port=8000-9000", "data.src_port!=8081", "data.dst!=192.0.2.0/24"))
        for port in ["8080", "8081"] { try await fetch(stage, network, port: port) }
        let trace = try await tracer.stop()

        for event in trace.events {
          let asked = event.destination == network.left.ipv4
          var names: [String] = []
          if event.name == "net_packet_tcp" { names.append("zulu") }
          if event.processName == "curl" && asked { names.append("clients") }
          if event.name == "net_packet_tcp" && event.leaves && event.sourcePort == 8080 {
            names.append("alpha")
          }
          #expect(event.matchedPolicies == names, "\(event.summary)")
        }
        let combinations = Set(trace.events.map { "\($0.name) \($0.matchedPolicies)" })
        #expect(
          combinations == [
            "net_packet_tcp [\"zulu\"]", "net_packet_tcp [\"zulu\", \"clients\"]",
            "net_packet_tcp [\"zulu\", \"alpha\"]", "net_packet_ipv4 [\"clients\"]",
          ])
      }
    }

    @Test func `a filter on a header's field agrees with the JSON of the same event`() async throws
    {
      let conditions: [(field: String, sign: String, limit: UInt64)] = [
        ("SYN", "=", 1), ("ACK", "=", 0), ("FIN", "!=", 0), ("PSH", "=", 1), ("RST", "!=", 1),
        ("dataOffset", ">=", 10), ("dataOffset", "<", 10), ("srcPort", "<=", 8080),
        ("dstPort", "!=", 8080), ("window", ">", 64000), ("urgent", "=", 1),
      ]
      try await withStage { stage in
        let network = try await stage.network()
        let source = "data.src=\(network.ipv4)"
        let policies = conditions.enumerated().map { number, condition in
          policy(
            "p\(number)", events: "net_packet_tcp", source,
            "data.proto_tcp.\(condition.field)\(condition.sign)\(condition.limit)")
        }
        let tracer = try await stage.trace(
          [policy("all", events: "net_packet_tcp", source)] + policies)
        #expect(tracer.readyLine?.contains("user-space filters 0") == true)
        try await fetch(stage, network, port: "8080")
        let trace = try await tracer.stop()

        #expect(trace.events.count >= 16)
        for event in trace.events {
          let matching = try conditions.enumerated().filter { _, condition in
            let value = event.arguments["proto_tcp"]?[condition.field]?.unsigned
            return try Self.holds(#require(value), condition.sign, condition.limit)
          }
          #expect(
            event.matchedPolicies == ["all"] + matching.map { "p\($0.offset)" },
            "\(event.summary)")
        }
      }
    }

    private static func holds(_ value: UInt64, _ sign: String, _ limit: UInt64) -> Bool {
      switch sign {
      case "=": value == limit
      case "!=": value != limit
      case "<": value < limit
      case "<=": value <= limit
      case ">": value > limit
      default: value >= limit
      }
    }

    @Test func `a policy that wants nothing of the traffic has nothing handed over`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let tracer = try await stage.trace(
          policy("none", events: "net_packet_tcp", "data.dst=\(network.ipv4)", "data.dst_port=9"))
        try await fetch(stage, network, port: "8080")
        let trace = try await tracer.stop()

        #expect(trace.events.isEmpty)
        #expect(trace.ledger.submitted == 0)
        #expect(trace.ledger.wanted == 0)
        #expect(trace.ledger.unwanted >= 10)
      }
    }

    @Test func `the line at the start counts policies, rules and events`() async throws {
      try await withStage { stage in
        let tracer = try await stage.trace(
          policy("one", events: "net_packet_tcp,net_packet_udp", "data.dst=192.0.2.1"),
          policy("two", events: "net_packet_udp", "data.dst_port=9"))
        let line = try #require(tracer.readyLine)
        #expect(
          line.hasPrefix("tracee-policy: ready: 2 policies, 3 rules, 2 events; kernel filters "))
        #expect(line.contains(", user-space filters 0; tables "))
        #expect(line.contains(" KiB, buffer "))
        _ = try await tracer.stop()
      }
    }

    /// One request over HTTP, from the first packet to the last.
    private func fetch(_ stage: Stage, _ network: VirtualNetwork, port: String) async throws {
      let folder = try stage.folder(["index.html": "hello"])
      let server = try stage.start(
        "python3", "-m", "http.server", "--bind", network.left.ipv4, "--directory", folder,
        port, on: network.left)
      try await network.left.listens(on: Int(port) ?? 0)
      let client = try stage.start(
        "curl", "--silent", "http://\(network.left.ipv4):\(port)/", on: network.right)
      #expect(try await client.end() == .exited(0), "\(server.errorText)")
      try await network.left.closesConnections()
      try await network.right.closesConnections()
    }
  }
}
