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

    @Test(.enabled(if: Machine.has("nc"), "needs nc"))
    func `without room for storage packets are their sender's, and it is counted`()
      async throws
    {
      try await withOwnerScene { scene in
        let (left, right) = (scene.network.left, scene.network.right)
        let servers = try [["-k", "-u"], []].map { words in
          try scene.stage.start(
            ["nc", "-6"] + words + ["-l", left.ipv6, "7000"], on: left, in: scene.group)
        }
        try await left.listens(on: 7000)
        try await left.listens(udp: true, on: 7000)
        let client = try scene.start("fill", left.ipv6, "7000", on: right, input: .open)
        let joined = try await client.line(startingWith: "full ")
        #expect(UInt64(joined) ?? 0 > 10, "a socket's memory for options was filled")
        let statistics = try scene.stage.folder() + "/statistics"
        let filters = ["data.src=\(right.ipv6)", "data.metadata.direction=egress"]
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
        let failures = numbers(under: "storage", in: try Statistics(ofFile: statistics).json)
        #expect(failures.reduce(0, +) > 0, "storage that could not be had is counted")
        #expect(servers.count == 2)
      }
    }

    /// All numbers of members whose key, or that of an object around them, has this word in it.
    private func numbers(under word: String, in value: JSONValue) -> [UInt64] {
      switch value {
      case .object(let members):
        members.flatMap { member in
          member.key.lowercased().contains(word)
            ? numbers(in: member.value) : numbers(under: word, in: member.value)
        }
      case .array(let elements): elements.flatMap { numbers(under: word, in: $0) }
      default: []
      }
    }

    private func numbers(in value: JSONValue) -> [UInt64] {
      switch value {
      case .object(let members): members.flatMap { numbers(in: $0.value) }
      case .array(let elements): elements.flatMap { numbers(in: $0) }
      default: value.unsigned.map { [$0] } ?? []
      }
    }
  }
}
