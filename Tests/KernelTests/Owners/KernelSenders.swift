// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Packets that leave in the context of the kernel's own threads, or from its own sockets, for a process.
  @Suite struct KernelSenders {
    @Test(arguments: ["mptcp", "tcp"])
    func `a connection of MPTCP is whose socket it is, at both ends and from the first packet on`(
      client kind: String
    ) async throws {
      try KernelFeatures.requireMPTCP()
      try await withOwnerScene { scene in
        let (left, right) = (scene.network.left, scene.network.right)
        let server = try scene.start(
          "serve", "mptcp", scene.here, "7000", "33", "1", on: left, input: .open)
        let worker = UInt64(try await server.line(startingWith: "worker ")) ?? 0
        try await left.listens(on: 7000)
        let source = "data.src=\(scene.network.ipv4)"
        let tracer = try await scene.trace(
          policy("all", events: "net_packet_tcp", source),
          policy("name", scope: "comm=asker", events: "net_packet_tcp", source),
          policy("user", scope: "uid=1000", events: "net_packet_http_request", source))
        let client = try scene.start(
          "request", kind, scene.here, "7000", "asker", "1000", on: right, input: .open)
        _ = try await server.line(startingWith: "accepted")
        try client.write("ask\n")
        try server.write("read\n")
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        try await left.closesConnections()
        try await right.closesConnections()
        if kind == "mptcp" { try await KernelFeatures.expectMPTCP(on: left) }
        let trace = try await tracer.stop()

        let asker = ShownOwner("asker", user: 1000, client)
        let segments = trace.eventsOfSockets.filter { $0.name == "net_packet_tcp" }
        let own = segments.filter { $0.local == scene.there }
        #expect(own.map(\.flags).starts(with: ["S", "S.", "."]), "\(trace.ownerSummary)")
        for event in own {
          #expect(event.shown == asker, "\(event.ownerSummary)")
          #expect(event.matchedPolicies == ["all", "name"], "\(event.ownerSummary)")
        }
        let requests = trace.events.filter { $0.name == "net_packet_http_request" }
        #expect(requests.map(\.shown) == [asker], "\(trace.ownerSummary)")
        let owners = [
          ShownOwner("master", user: 0, server), ShownOwner("worker", user: 33, worker),
        ]
        for event in segments where event.local == scene.here {
          #expect(owners.contains(event.shown), "\(event.ownerSummary)")
        }
      }
    }

    @Test func `a further path of MPTCP that the kernel opens is the owner's, too`()
      async throws
    {
      try KernelFeatures.requireMPTCP()
      try await withOwnerScene { scene in
        let (left, right) = (scene.network.left, scene.network.right)
        let other = scene.there.dropLast() + "3"
        try await run("ip", "-netns", right.name, "address", "add", "\(other)/24", "dev", "veth0")
        for side in [left, right] {
          try await run("ip", "-netns", side.name, "mptcp", "limits", "set", "subflow", "2")
        }
        try await run(
          "ip", "-netns", right.name, "mptcp", "endpoint", "add", String(other), "dev", "veth0",
          "subflow")
        let server = try scene.start(
          "serve", "mptcp", scene.here, "7000", "33", "1", on: left, input: .open)
        let worker = UInt64(try await server.line(startingWith: "worker ")) ?? 0
        try await left.listens(on: 7000)
        let source = "data.src=\(scene.network.ipv4)"
        let tracer = try await scene.trace(
          policy("all", events: "net_packet_tcp", source),
          policy("name", scope: "comm=asker", events: "net_packet_tcp", source))
        let client = try scene.start(
          "request", "mptcp", scene.here, "7000", "asker", "1000", on: right, input: .open)
        _ = try await server.line(startingWith: "accepted")
        try client.write("ask\n")
        try await tracer.event("end of the second path's handshake") {
          $0.leaves && $0.source == other && $0.flags == "."
        }
        try server.write("read\n")
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        try await left.closesConnections()
        try await right.closesConnections()
        let trace = try await tracer.stop()

        let asker = ShownOwner("asker", user: 1000, client)
        let path = trace.eventsOfSockets.filter { $0.local == other }
        #expect(path.map(\.flags).starts(with: ["S", "S.", "."]), "\(trace.ownerSummary)")
        for event in path {
          #expect(event.shown == asker, "\(event.ownerSummary)")
          #expect(event.matchedPolicies == ["all", "name"], "\(event.ownerSummary)")
        }
        let owners = [
          ShownOwner("master", user: 0, server), ShownOwner("worker", user: 33, worker),
        ]
        for event in trace.eventsOfSockets where event.local == scene.here {
          #expect(owners.contains(event.shown), "\(event.ownerSummary)")
        }
      }
    }

    @Test(
      .enabled(
        if: KernelFeatures.ringRefusal == nil, Comment(rawValue: KernelFeatures.ringRefusal ?? "")),
      arguments: ["inline", "async", "sqpoll", "made"])
    func `what io_uring sends and receives is the process's that asked for it`(
      way: String
    ) async throws {
      try await withOwnerScene { scene in
        let server = try scene.start("echo", scene.here, "7000", on: scene.network.left)
        try await scene.network.left.listens(udp: true, on: 7000)
        let source = "data.src=\(scene.network.ipv4)"
        let tracer = try await scene.trace(
          policy("all", events: "net_packet_udp", source),
          policy("name", scope: "comm=asker", events: "net_packet_udp", source),
          policy("user", scope: "uid=1000", events: "net_packet_udp", source))
        let client = try scene.start(
          "ring", way, scene.here, "7000", on: scene.network.right)
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        let trace = try await tracer.stop()

        let asker = ShownOwner("asker", user: 1000, client)
        let own = trace.events.filter { $0.local == scene.there }
        #expect(own.map(\.datagramLength) == [1, 1, 2, 2, 3, 3, 4, 4], "\(trace.ownerSummary)")
        for event in own {
          #expect(event.shown == asker, "\(event.ownerSummary)")
          #expect(event.matchedPolicies == ["all", "name", "user"], "\(event.ownerSummary)")
        }
        #expect(server.ending == nil)
      }
    }
  }
}
