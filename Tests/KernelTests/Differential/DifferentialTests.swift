// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// Events beside what Wireshark says of the same packets, sent by real peers.
  @Suite(
    .enabled(
      if: Machine.has("tshark", "tcpdump", "dnsmasq", "dig", "nginx", "curl", "ping", "nc"),
      "needs tshark, tcpdump, dnsmasq, dig, nginx, curl, ping and nc"))
  struct Differential {
    private static let questions = [
      "host.test A", "host.test AAAA", "alias.test A", "alias.test AAAA", "mx.test MX",
      "txt.test TXT", "ptr.test PTR", "_sip._udp.test SRV", "naptr.test NAPTR", "caa.test CAA",
      "uri.test URI", "odd.test TYPE65280", "zone.test SOA", "zone.test NS", "nothing.test A",
      "host.test ANY", ". NS", "version.bind CH TXT", "long.test TXT +bufsize=512 +ignore",
      "long.test TXT +tcp", "host.test A +tcp",
      "host.test A +noedns +norecurse", "host.test A +nsid +cookie +subnet=192.0.2.0/24",
      "host.test A +adflag +cdflag", "host.test SOA +opcode=NOTIFY", "host.test A +opcode=STATUS",
      "test SOA +opcode=UPDATE", "alias.test CNAME", "nothing.test MX +tcp",
      "txt.test TXT +tcp +noedns", "host.test A +ednsopt=65001:68656c6c6f",
      "host.test A +padding=64",
      "host.test A +keepalive +tcp", "host.test A +edns=1 +noednsneg", "x.y.z.host.test AAAA",
    ]

    @Test func `names are asked for and told`() async throws {
      try await compare(
        "names",
        atLeast: [
          "net_packet_dns": 60, "net_packet_dns_request": 30, "net_packet_dns_response": 30,
          "net_packet_ipv4": 60, "net_packet_tcp": 10, "net_packet_udp": 40,
        ]
      ) { stage, network in
        _ = try await stage.nameServer(on: network.left)
        return {
          for question in Self.questions {
            let words = ["dig", "+tries=1", "+time=2", "@\(network.left.ipv4)"]
            // A refusal is an answer too.
            _ = try await outcome(
              of: network.right.command(words + question.split(separator: " ").map(String.init)))
          }
        }
      }
    }

    @Test(arguments: IPVersion.allCases)
    func `pages are asked for and given`(version: IPVersion) async throws {
      try await compare(
        version == .four ? "pages-ipv4" : "pages-ipv6",
        atLeast: [
          "net_packet_http": 36, "net_packet_http_request": 18, "net_packet_http_response": 18,
          "net_packet_ipv\(version == .four ? 4 : 6)": 100,
        ]
      ) { stage, network in
        let address = network.left.address(version)
        let url = "http://\(version == .four ? address : "[\(address)]"):8080"
        _ = try await stage.webServer(on: network.left)
        let long = String(repeating: "l", count: 9_000)
        let requests = [
          ["\(url)/"], ["-I", "\(url)/"], ["-d", "a=1&b=2", "\(url)/put"],
          ["-X", "PUT", "--data-binary", "@/etc/services", "\(url)/put"],
          ["-X", "DELETE", "\(url)/"], ["-X", "OPTIONS", "\(url)/"], ["-X", "TRACE", "\(url)/"],
          ["-X", "PATCH", "-d", "x", "\(url)/put"], ["-L", "\(url)/moved"],
          ["-H", "Transfer-Encoding: chunked", "-d", "chunk", "\(url)/put"],
          ["-H", "Expect: 100-continue", "-d", "later", "\(url)/put"], ["\(url)/long"],
          ["--compressed", "\(url)/chunks"], ["\(url)/a%20b/c?q=%41"],
          ["-H", "X-Long: \(long)", "\(url)/"], ["--http1.0", "\(url)/"],
          ["-H", "x-twice: 1", "-H", "X-Twice: 2", "-A", "", "\(url)/"],
          // To a proxy the target is a whole address.
          ["-x", url, "http://name.test/a?b"], ["-x", url, "-p", "http://name.test/"],
          ["-H", "X-Empty;", "-H", "Host: other.test", "\(url)/nowhere"], ["-r", "1-3", "\(url)/"],
        ]
        return {
          for request in requests {
            _ = try await outcome(
              of: network.right.command(["curl", "-s", "-g", "-o", "/dev/null"] + request))
          }
          try await network.right.closesConnections()
        }
      }
    }

    @Test func `echoes, short lives, refusals and plain connections`() async throws {
      try await compare(
        "echoes",
        atLeast: [
          "net_packet_icmp": 5, "net_packet_icmpv6": 5, "net_packet_udp": 2, "net_packet_tcp": 10,
        ]
      ) { stage, network in
        for (port, address) in [("7004", network.left.ipv4), ("7006", network.left.ipv6)] {
          _ = try stage.start("nc", "-l", address, port, on: network.left)
          try await network.left.listens(on: Int(port) ?? 0)
        }
        return {
          let (four, six) = (network.left.ipv4, network.left.ipv6)
          let commands = [
            ["ping", "-c", "1", "-t", "3", "-Q", "0x10", four],
            ["ping", "-c", "1", "-t", "4", six],
            ["ping", "-c", "1", "-t", "1", four], ["ping", "-c", "1", "-t", "2", four],
            ["ping", "-c", "1", "-t", "255", six], ["ping", "-c", "1", "-s", "3000", six],
            ["ping", "-c", "1", "-Q", "0x03", six],
            ["ping", "-c", "1", "-s", "3000", four], ["nc", "-u", "-w", "1", four, "9"],
            ["nc", "-u", "-w", "1", six, "9"], ["nc", "-N", four, "7004"],
            ["nc", "-N", six, "7006"], ["nc", four, "7005"],
          ]
          for command in commands {
            _ = try await outcome(of: network.right.command(command), input: .text("some text\n"))
          }
        }
      }
    }

    /// Records traffic, and expects that each event says what Wireshark says of its packet, field by field.
    private func compare(
      _ name: String, atLeast least: [String: Int],
      _ prepare: (Stage, VirtualNetwork) async throws -> () async throws -> Void,
      sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let traffic = try await prepare(stage, network)
        let recording = try await stage.recording(on: network.right, of: traffic)
        try await recording.keep(as: name)
        let theirs = try await Tshark(recording.path)
        let ours = try recording.events()
        try #require(theirs.packets.count == recording.packets.count)

        var counts: [String: Int] = [:]
        for event in ours.values.joined() { counts[event.name, default: 0] += 1 }
        for (event, count) in least {
          #expect(counts[event, default: 0] >= count, "\(event)", sourceLocation: sourceLocation)
        }
        theirs.expectSame(
          ours, everyFieldOf: Set(least.keys), sourceLocation: sourceLocation)
      }
    }
  }
}
