// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Sockets that are not where their process is, or have no memory left to keep anything with.
  @Suite struct PlacesOfSockets {
    @Test(arguments: ["another", "new"])
    func `a packet has its socket's network namespace, wherever the process went`(
      to: String
    ) async throws {
      try await withOwnerScene { scene in
        let (left, right) = (scene.network.left, scene.network.right)
        let server = try scene.start("echo", scene.there, "53", on: right)
        try await right.listens(udp: true, on: 53)
        let inode = try await run("stat", "-L", "-c", "%i", "/run/netns/\(left.name)")
          .trimmingCharacters(in: .whitespacesAndNewlines)
        let source = "data.src=\(scene.network.ipv4)"
        let tracer = try await scene.trace(
          policy("all", scope: "comm=leaver", events: "net_packet_dns_request", source),
          policy("here", scope: "netns=\(inode)", events: "net_packet_dns_request", source),
          policy("elsewhere", scope: "netns!=\(inode)", events: "net_packet_dns_request", source))
        let client = try scene.start(
          "leave", scene.there, "53", to == "new" ? to : "/run/netns/\(right.name)", on: left)
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        let trace = try await tracer.stop()

        let own = trace.events.filter { $0.processName == "leaver" }
        #expect(own.count >= 2, "\(trace.ownerSummary)")
        for event in own {
          #expect(event.matchedPolicies == ["all", "here"], "\(event.ownerSummary)")
          #expect(event.arguments["metadata"]?["iface"]?.string == "veth0", "\(event.ownerSummary)")
        }
        for event in trace.events where event.processName != "leaver" {
          #expect(event.matchedPolicies == ["elsewhere"], "\(event.ownerSummary)")
        }
        #expect(server.ending == nil)
      }
    }

    @Test func `without room for storage packets are their sender's, and it is counted`()
      async throws
    {
      try await withOwnerScene { scene in
        let (left, right) = (scene.network.left, scene.network.right)
        let servers = [
          try scene.start("echo", scene.here, "7000", on: left),
          try scene.start("drain", scene.here, "7000", on: left),
        ]
        try await left.listens(on: 7000)
        try await left.listens(udp: true, on: 7000)
        let client = try scene.start("fill", scene.here, "7000", on: right, input: .open)
        _ = try await client.line(startingWith: "full")
        let statistics = try scene.stage.folder() + "/statistics"
        let filters = ["data.src=\(scene.there)", "data.metadata.direction=egress"]
        let tracer = try await scene.trace(
          policy("all", events: "net_packet_udp,net_packet_tcp", filters),
          policy("user", scope: "uid=1000", events: "net_packet_udp,net_packet_tcp", filters),
          policy("heads", events: "net_packet_http_request"),
          options: ["--stats-file", statistics])
        try client.write("datagrams\n")
        for number in 1...2 {
          _ = try await client.line(startingWith: "sent \(number)")
          try await tracer.event("segment \(number)") { $0.leaves && $0.flags.contains("P") }
          try client.write("go on\n")
        }
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        let trace = try await tracer.stop()

        let own = trace.events.filter { $0.leaves && ($0.datagramLength == 13 || $0.flags == "P.") }
        #expect(own.count == 5, "\(trace.ownerSummary)")
        for event in own {
          #expect(event.shown == ShownOwner("filler", user: 1000, client), "\(event.ownerSummary)")
          #expect(event.matchedPolicies == ["all", "user"], "\(event.ownerSummary)")
        }
        let failures = try Statistics(ofFile: statistics).json["failures"]
        for kind in ["sockets", "streams"] {
          #expect(failures?[kind]?.unsigned ?? 0 > 0, "\(kind) of \(String(describing: failures))")
        }
        #expect(servers[0].ending == nil)
        #expect(try await servers[1].end() == .exited(0))
      }
    }
  }
}
