// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct Protocols {
    @Test(
      .enabled(if: Machine.has("nc", "tcpdump"), "needs nc and tcpdump"),
      arguments: IPVersion.allCases)
    func `a TCP connection is seen whole, from both ends, and as the wire has it`(
      version: IPVersion
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.address(version), network.right.address(version))
        let wire = try await WireCapture(stage, on: network.left, "tcp")
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_tcp"))
        let server = try stage.start("nc", "-l", here, "7000", on: network.left)
        try await network.left.listens(on: 7000)
        let client = try stage.start(
          "nc", "-N", here, "7000", on: network.right, input: .text("one line\n"))
        try await client.end()
        try await server.end()
        try await network.left.closesConnections()
        let flags = try await wire.flags()
        let trace = try await tracer.stop()

        expectOwners(trace, [here: Peer("nc", server), there: Peer("nc", client)])
        #expect(server.outputText == "one line\n")
        #expect(flags(there).first == "S")
        #expect(flags(here).first == "S.")
        for sender in [here, there] {
          #expect(trace.flags(from: sender, leaving: true) == flags(sender))
          #expect(trace.flags(from: sender, leaving: false) == flags(sender))
        }
      }
    }

    @Test(.enabled(if: Machine.has("curl", "python3"), "needs curl and python3"))
    func `an IPv4 client of a listener on :: is seen as IPv4, at both ends`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_tcp,net_packet_ipv4,net_packet_ipv6"))
        let folder = try stage.folder(["index.html": "hello"])
        let server = try stage.start(
          "python3", "-m", "http.server", "--bind", "::", "--directory", folder, "8080",
          on: network.left)
        try await network.left.listens(on: 8080)
        let client = try stage.start(
          "curl", "--silent", "http://\(network.left.ipv4):8080/", on: network.right)
        try await client.end()
        try await network.left.closesConnections()
        try await network.right.closesConnections()
        let trace = try await tracer.stop()

        #expect(client.outputText == "hello")
        #expect(Set(trace.events.map(\.name)) == ["net_packet_tcp", "net_packet_ipv4"])
        expectOwners(
          trace,
          [network.left.ipv4: Peer("python3", server), network.right.ipv4: Peer("curl", client)])
      }
    }

    @Test(
      .enabled(if: Machine.has("dnsmasq", "dig"), "needs dnsmasq and dig"),
      arguments: IPVersion.allCases)
    func `a UDP question and its answer are two packets, each seen twice`(
      version: IPVersion
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.address(version)
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_udp"))
        let server = try stage.start(
          "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
          "--user=root", "--pid-file=", "--bind-interfaces", "--listen-address=\(here)",
          "--address=/name.test/192.0.2.1", on: network.left)
        try await network.left.listens(udp: true, on: 53)
        let client = try stage.start(
          "dig", "+short", "+tries=1", "@\(here)", "name.test", "A", on: network.right)
        try await client.end()
        let trace = try await tracer.stop()

        #expect(client.outputText == "192.0.2.1\n")
        // dig asks from a thread with a name of its own.
        for event in trace.events {
          let process = event.local == here ? server : client
          #expect(event.hostProcessID == UInt64(process.id), "\(event.summary)")
        }
        let ways = trace.events.map {
          "\($0.source == here ? "answer" : "question") \($0.direction)"
        }
        #expect(
          ways.sorted() == [
            "answer egress", "answer ingress", "question egress", "question ingress",
          ])
      }
    }

    @Test(
      .enabled(if: Machine.has("ping"), "needs ping"),
      arguments: [(IPVersion.four, "net_packet_icmp"), (.six, "net_packet_icmpv6")])
    func
      `an echo belongs to ping on its way out and back, and the reply to nobody where it is made`(
        version: IPVersion, event: String
      ) async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.address(version)
        let there = network.right.address(version)
        let tracer = try await stage.trace(
          policy("echo", events: event, "data.src=\(here),\(there)", "data.dst=\(here),\(there)"))
        // The second echo is longer than a packet may be on the cable. Together each would hear both replies.
        var clients: [ChildProcess] = []
        for size in ["56", "4000"] {
          let client = try stage.start("ping", "-c", "1", "-s", size, here, on: network.right)
          #expect(try await client.end() == .exited(0))
          clients.append(client)
        }
        let trace = try await tracer.stop()

        let peers = clients.map { Peer("ping", $0) }
        let echoes = trace.events.compactMap { event -> String? in
          let kind = event.arguments["proto_icmp"] ?? event.arguments["proto_icmpv6"]
          guard let name = kind?["typeCode"]?.string, name.hasPrefix("Echo") else { return nil }
          return "\(name) \(event.direction) \(event.owner)"
        }
        let expected = peers.flatMap {
          [
            "EchoRequest egress \($0)", "EchoReply egress \(Peer.nobody)",
            "EchoReply ingress \($0)",
          ]
        }
        #expect(echoes.sorted() == expected.sorted(), "\(trace.summary)")
      }
    }

    @Test(.enabled(if: Machine.has("nc"), "needs nc"))
    func
      `a refused connection: the reset is nobody's where it is made, and the client's where it comes`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.ipv4, network.right.ipv4)
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_tcp"))
        let client = try stage.start("nc", here, "7000", on: network.right)
        #expect(try await client.end() == .exited(1))
        let trace = try await tracer.stop()

        #expect(trace.flags(from: there, leaving: true) == ["S"])
        #expect(trace.flags(from: here, leaving: false) == ["R."])
        #expect(trace.flags(from: here, leaving: true) == ["R."])
        #expect(trace.events.count == 3)
        expectOwners(trace, [here: .nobody, there: Peer("nc", client)])
      }
    }

    @Test(
      .enabled(if: Machine.has("socat"), "needs socat"),
      arguments: IPVersion.allCases)
    func `a datagram in fragments is one packet at each end`(
      version: IPVersion
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.address(version), network.right.address(version))
        let text = String(repeating: "0123456789", count: 400)
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_udp"))
        let server = try stage.start(
          "socat", "-u", "-b", "8192", "UDP6-RECV:7000,ipv6-v6only=0", "-", on: network.left)
        try await network.left.listens(udp: true, on: 7000)
        let target = here.contains(":") ? "[\(here)]" : here
        let client = try stage.start(
          "socat", "-u", "-b", "8192", "-", "UDP-SENDTO:\(target):7000", on: network.right,
          input: .text(text))
        #expect(try await client.end() == .exited(0))
        try await eventually("the whole text") { server.outputText == text }
        let trace = try await tracer.stop()

        expectOwners(trace, [here: Peer("socat", server), there: Peer("socat", client)])
        #expect(trace.events.map(\.direction).sorted() == ["egress", "ingress"])
        let lengths = trace.events.map { $0.arguments["proto_udp"]?["length"]?.unsigned }
        #expect(lengths == [4008, 4008])
      }
    }

    @Test(.enabled(if: Machine.has("python3"), "needs python3"))
    func `ports behind an IPv6 extension header are ports`() async throws {
      // Eight bytes of destination options that say nothing.
      let script = """
        import socket, sys
        s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
        for port in (7000, 7001): s.sendto(b"x", (sys.argv[1], port))
        """
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv6
        let tracer = try await stage.trace(
          policy("ports", events: "net_packet_udp", "data.dst=\(here)", "data.dst_port=7001"),
          policy("addresses", events: "net_packet_ipv6", "data.dst=\(here)"))
        let client = try stage.start("python3", "-c", script, here, on: network.right)
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        let trace = try await tracer.stop()

        let (udp, ipv6) = ("net_packet_udp", "net_packet_ipv6")
        #expect(trace.events.map(\.name).sorted() == [ipv6, ipv6, udp])
        for event in trace.events {
          #expect(event.leaves && event.owner == Peer("python3", client), "\(event.summary)")
        }
        for event in trace.events where event.name == udp {
          #expect(event.destinationPort == 7001)
          #expect(event.arguments["proto_udp"]?["length"]?.unsigned == 9)
        }
        for header in trace.events.compactMap({ $0.arguments["proto_ipv6"] }) {
          #expect(header["length"]?.unsigned == 17)
          #expect(header["nextHeader"]?.string != "UDP")
        }
      }
    }
  }
}
