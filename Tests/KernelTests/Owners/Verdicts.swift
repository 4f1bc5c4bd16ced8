// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// Packets that wait for a program of netfilter's queue, and leave when that says so, in its context.
  @Suite struct Verdicts {
    private static let isRefused: String? = {
      guard Machine.has("iptables") else { return "needs iptables" }
      return nil
    }()

    @Test(
      .enabled(if: isRefused == nil, Comment(rawValue: isRefused ?? "")),
      arguments: ["udp", "tcp"])
    func `a packet that waited for a verdict is its sender's, not the judge's`(
      transport: String
    ) async throws {
      try await withOwnerScene { scene in
        let (left, right) = (scene.network.left, scene.network.right)
        let rule = ["-A", "OUTPUT", "-p", transport, "--dport", "7000", "-j", "NFQUEUE"]
        do {
          try await run(right.command(["iptables"] + rule + ["--queue-num", "5"]))
        } catch {
          try Test.cancel("this kernel has no NFQUEUE: \(error)")
        }
        let judge = try scene.start("verdicts", "5", on: right)
        _ = try await judge.line(startingWith: "judging")
        let filters = ["data.src=\(scene.there)", "data.metadata.direction=egress"]
        let tracer = try await scene.trace(
          policy("all", events: "net_packet_\(transport)", filters),
          policy("sender", scope: "comm=asker", events: "net_packet_\(transport)", filters),
          policy("judge", scope: "comm=judge", events: "net_packet_\(transport)", filters))
        let client =
          transport == "udp"
          ? try await askByDatagrams(scene, on: left, right)
          : try await askByConnection(scene, on: left, right)
        let trace = try await tracer.stop()

        let asker = ShownOwner("asker", user: 1000, client)
        let sent = trace.eventsOfSockets.filter { $0.destinationPort == 7000 }
        #expect(sent.count >= 4, "\(trace.ownerSummary)")
        for event in sent {
          #expect(event.shown == asker, "\(event.ownerSummary)")
          #expect(event.matchedPolicies == ["all", "sender"], "\(event.ownerSummary)")
        }
        #expect(judge.ending == nil, "\(judge.errorText)")
      }
    }

    /// Whoever makes a user namespace may do there what a judge does; were it believed, its packets could be others'.
    @Test(
      .enabled(if: isRefused == nil, Comment(rawValue: isRefused ?? "")),
      .enabled(if: Machine.has("unshare", "bash"), "needs unshare and bash"))
    func `a judge in a user namespace of its own is the sender of what it lets leave`()
      async throws
    {
      try await withOwnerScene { scene in
        let (stage, right) = (scene.stage, scene.network.right)
        let holder: ChildProcess
        do {
          holder = try stage.start(
            ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", "echo ready; read _"],
            on: right, in: scene.group, input: .open)
          _ = try await holder.line(startingWith: "ready")
        } catch {
          try Test.cancel("this kernel allows no user namespaces: \(error)")
        }
        // The right end of the cable goes there, with its address.
        try await run(right.command(["ip", "link", "set", "veth0", "netns", "\(holder.id)"]))
        let inside = ["nsenter", "--user", "--net", "--target", "\(holder.id)", "--"]
        let setUp = """
          link set lo up
          address add \(scene.there)/24 dev veth0
          link set veth0 up

          """
        try await run(inside + ["ip", "-batch", "-"], input: .text(setUp))
        let rule = ["-A", "OUTPUT", "-p", "udp", "--dport", "7000", "-j", "NFQUEUE"]
        do { try await run(inside + ["iptables"] + rule + ["--queue-num", "5"]) } catch {
          try Test.cancel("this kernel has no NFQUEUE in user namespaces: \(error)")
        }
        let judge = try stage.start(
          inside + [OwnerScene.program, "verdicts", "5"], in: scene.group)
        _ = try await judge.line(startingWith: "judging")
        let echo = try scene.start("echo", scene.here, "7000", on: scene.network.left)
        try await scene.network.left.listens(udp: true, on: 7000)
        let filters = ["data.src=\(scene.there)", "data.dst_port=7000"]
        let tracer = try await scene.trace(
          policy("all", events: "net_packet_udp", filters),
          policy("sender", scope: "comm=asker", events: "net_packet_udp", filters),
          policy("judge", scope: "comm=judge", events: "net_packet_udp", filters))
        let asker = try stage.start(
          inside + ["bash"], in: scene.group, input: .open)
        try asker.write("printf asker > /proc/self/comm\n")
        try asker.write("exec 3> /dev/udp/\(scene.here)/7000\n")
        for text in ["1", "22", "333", "4444"] { try asker.write("echo \(text) >&3\n") }
        try await tracer.event("of the last datagram") { $0.leaves && $0.datagramLength == 5 }
        let trace = try await tracer.stop()

        let sent = trace.events.filter(\.leaves)
        #expect(sent.count == 4, "\(trace.ownerSummary)")
        for event in sent {
          #expect(event.shown == ShownOwner("judge", user: 0, judge), "\(event.ownerSummary)")
          #expect(event.matchedPolicies == ["all", "judge"], "\(event.ownerSummary)")
        }
        #expect(echo.ending == nil && judge.ending == nil, "\(judge.errorText)")
      }
    }

    private func askByDatagrams(
      _ scene: OwnerScene, on left: VirtualNetwork.Side, _ right: VirtualNetwork.Side
    ) async throws -> ChildProcess {
      let server = try scene.start("echo", scene.here, "7000", on: left)
      try await left.listens(udp: true, on: 7000)
      let client = try scene.start("ring", "inline", scene.here, "7000", on: right)
      #expect(try await client.end() == .exited(0), "\(client.errorText)")
      #expect(server.ending == nil)
      return client
    }

    private func askByConnection(
      _ scene: OwnerScene, on left: VirtualNetwork.Side, _ right: VirtualNetwork.Side
    ) async throws -> ChildProcess {
      let server = try scene.start(
        "serve", "accept", scene.here, "7000", "33", "1", on: left, input: .open)
      try await left.listens(on: 7000)
      let client = try scene.start(
        "request", "tcp", scene.here, "7000", "asker", "1000", on: right, input: .open)
      _ = try await client.line(startingWith: "connected")
      try client.write("ask\n")
      try server.write("read\n")
      #expect(try await client.end() == .exited(0), "\(client.errorText)")
      try await left.closesConnections()
      try await right.closesConnections()
      return client
    }
  }
}
