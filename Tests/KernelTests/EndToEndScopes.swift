// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct Scopes {
    @Test(
      .enabled(
        if: Machine.has("podman", "runc", "busybox", "nc"), "needs podman, runc, busybox, nc"),
      arguments: [true, false])
    func `a container is known by its whole id, older or younger than the tracer`(
      older: Bool
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.ipv4, network.right.ipv4)
        let source = "data.src=\(network.ipv4)"
        func trace() async throws -> Tracer {
          try await stage.trace(
            policy("inside", scope: "container", events: "net_packet_tcp", source),
            policy("outside", scope: "not-container", events: "net_packet_tcp", source))
        }
        func container() async throws -> Container {
          try await stage.container(on: network.left, "nc", "-l", "-p", "7000")
        }
        let (tracer, box): (Tracer, Container)
        if older {
          box = try await container()
          tracer = try await trace()
        } else {
          tracer = try await trace()
          box = try await container()
        }
        try await network.left.listens(on: 7000)
        let inside = Peer("busybox", try await box.processID())
        let client = try stage.start(
          "nc", "-N", here, "7000", on: network.right, input: .text("hello\n"))
        try await client.end()
        try await network.left.closesConnections()
        let trace = try await tracer.stop()

        #expect(Set(trace.events.map(\.local)) == [here, there])
        for event in trace.events {
          let contained = event.local == here
          #expect(event.owner == (contained ? inside : Peer("nc", client)), "\(event.summary)")
          #expect(event.containerID == (contained ? box.id : ""), "\(event.summary)")
          #expect(event.matchedPolicies == [contained ? "inside" : "outside"], "\(event.summary)")
          if contained { #expect(event.processID == 1) }
        }
        #expect(trace.flags(from: there, leaving: false).first == "S")
      }
    }

    @Test(.enabled(if: Machine.has("nc"), "needs nc"), arguments: [true, false])
    func `a cgroup is in scope with all below it and nothing beside it, older or younger`(
      older: Bool
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let group = stage.plannedGroup()
        if older { try stage.make(group) }
        let tracer = try await stage.trace(
          policy(
            "group", scope: "cgroup=\(group.path)", events: "net_packet_udp", "data.dst=\(here)")
        )
        if !older { try stage.make(group) }
        let below = try stage.make(stage.plannedGroup(below: group))
        let beside = try stage.make(group.neighbour)
        for (port, place) in [(7001, group), (7002, below), (7003, beside)] {
          let client = try stage.start(
            "nc", "-u", "-N", "-q", "0", here, "\(port)", on: network.right, in: place,
            input: .text("x"))
          try await client.end()
        }
        let trace = try await tracer.stop()
        #expect(
          trace.events.map(\.destinationPort) == [7001, 7002], "\(trace.summary)")
        #expect(trace.events.allSatisfy { $0.leaves && $0.matchedPolicies == ["group"] })
      }
    }

    @Test(.enabled(if: Machine.has("nc"), "needs nc"))
    func `events show the path of the owner's cgroup where that is asked for, older or younger`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let path = try stage.folder() + "/events"
        let older = try stage.make(stage.plannedGroup())
        let tracer = try await stage.trace(
          policy(
            "group", scope: "cgroup=\(older.path)", events: "net_packet_udp", "data.dst=\(here)"),
          options: [
            "-o", "json:\(path),add=cgroup", "-o", "json:\(path).ecs,shape=ecs,add=cgroup",
          ])
        let younger = try stage.make(stage.plannedGroup(below: older))
        for place in [older, younger, younger] {
          let client = try stage.start(
            "nc", "-u", "-N", "-q", "0", here, "9", on: network.right, in: place, input: .text("x"))
          try await client.end()
        }
        let trace = try await tracer.stop()
        #expect(trace.events.count == 3 && trace.events.allSatisfy { $0.json["cgroup"] == nil })
        func cgroups(_ file: String, _ value: (JSONValue) -> JSONValue?) throws -> [JSONValue?] {
          try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            value(try JSONValue(parsing: Array($0.utf8)))
          }
        }
        let expected = [older.path, younger.path, younger.path].map { JSONValue.string($0) }
        #expect(try cgroups(path) { $0["cgroup"] } == expected)
        #expect(try cgroups(path + ".ecs") { $0["tracee"]?["cgroup"] } == expected)
      }
    }

    @Test(.enabled(if: Machine.has("python3"), "needs python3"))
    func
      `a process that is moved to another cgroup, or takes another name, is in scope from then on`()
      async throws
    {
      let script = """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for length in range(1, 5):
            s.sendto(b"x" * length, (sys.argv[1], 9))
            print("sent", length, flush=True)
            name = sys.stdin.readline().strip()
            if name: open("/proc/self/comm", "w").write(name)
        """
      try await withStage { stage in
        let network = try await stage.network()
        let destination = "data.dst=\(network.left.ipv4)"
        let group = try stage.make(stage.plannedGroup())
        let tracer = try await stage.trace(
          policy("name", scope: "comm=other", events: "net_packet_udp", destination),
          policy("group", scope: "cgroup=\(group.path)", events: "net_packet_udp", destination))
        let client = try stage.start(
          "python3", "-c", script, network.left.ipv4, on: network.right, input: .open)
        _ = try await client.line(startingWith: "sent 1")
        try client.write("other\n")
        _ = try await client.line(startingWith: "sent 2")
        try group.take(client)
        try client.write("\n")
        _ = try await client.line(startingWith: "sent 3")
        try client.write("python3\n")
        _ = try await client.line(startingWith: "sent 4")
        let trace = try await tracer.stop()

        let seen = trace.events.map { event in
          let length = event.arguments["proto_udp"]?["length"]?.unsigned ?? 0
          return "\(length - 8) \(event.processName) \(event.matchedPolicies)"
        }
        #expect(
          seen == [
            "2 other [\"name\"]", "3 other [\"name\", \"group\"]", "4 python3 [\"group\"]",
          ])
      }
    }

    @Test(.enabled(if: Machine.has("nc"), "needs nc"))
    func `attached below a cgroup it sees what is in there and nothing else`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let group = try stage.make(stage.plannedGroup())
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_udp"), options: ["--cgroup", group.directory])
        for (port, place) in [("1", nil), ("2", group)] {
          let client = try stage.start(
            "nc", "-u", "-N", "-q", "0", network.left.ipv4, port, on: network.right, in: place,
            input: .text("x"))
          try await client.end()
        }
        let trace = try await tracer.stop()
        #expect(trace.events.map(\.destinationPort) == [2])
        #expect(trace.ledger.seen < 5)
      }
    }

    @Test(.enabled(if: Machine.has("nc", "setpriv"), "needs nc and setpriv"))
    func `uid and pid are those of the owner`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let server = try stage.start("nc", "-k", "-u", "-l", here, "7000", on: network.left)
        try await network.left.listens(udp: true, on: 7000)
        let tracer = try await stage.trace(
          policy("nobody", scope: "uid=65534", events: "net_packet_udp", "data.dst=\(here)"),
          policy("server", scope: "pid=\(server.id)", events: "net_packet_udp", "data.dst=\(here)"))
        let client = try stage.start(
          "setpriv", "--reuid=65534", "--clear-groups", "nc", "-u", "-N", "-q", "0", here, "7000",
          on: network.right, input: .text("x"))
        try await client.end()
        let trace = try await tracer.stop()

        let seen = trace.events.map { "\($0.owner) \($0.userID) \($0.matchedPolicies)" }
        #expect(
          seen.sorted()
            == [
              "nc/\(client.id) 65534 [\"nobody\"]", "nc/\(server.id) 0 [\"server\"]",
            ].sorted())
      }
    }
  }
}
