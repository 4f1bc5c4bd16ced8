// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// What packets say: DNS and HTTP between real peers.
  @Suite struct Content {
    private static let dns = "net_packet_dns,net_packet_dns_request,net_packet_dns_response"
    private static let http = "net_packet_http,net_packet_http_request,net_packet_http_response"

    @Test(
      .enabled(if: Machine.has("dnsmasq", "dig"), "needs dnsmasq and dig"),
      arguments: IPVersion.allCases, [false, true])
    func `a question and its answer are read at both ends, over UDP and TCP`(
      version: IPVersion, isTCP: Bool
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.address(version)
        _ = try await stage.nameServer(on: network.left, version: version)
        let tracer = try await stage.trace(everything(in: network, events: Self.dns))
        let client = try stage.start(
          "dig", "+tries=1", isTCP ? "+tcp" : "+notcp", "@\(here)", "Alias.test", "A",
          on: network.right)
        #expect(try await client.end() == .exited(0))
        let trace = try await tracer.stop()

        #expect(
          trace.events.map(\.name).sorted()
            == ["", "", "", "", "_request", "_request", "_response", "_response"].map {
              "net_packet_dns" + $0
            }, "\(trace.summary)")
        for event in trace.events where event.name == "net_packet_dns" {
          if event.local == here {
            // A process of its own answers over TCP.
            #expect(event.processName == "dnsmasq", "\(event.summary)")
          } else {
            #expect(event.hostProcessID == UInt64(client.id), "\(event.summary)")
          }
        }
        let answers = trace.messages(from: here)
        #expect(answers.count == 2)
        for answer in answers {
          #expect(answer["QR"]?.unsigned == 1)
          let records = answer["answers"]?.elements ?? []
          #expect(records.compactMap { $0["type"]?.string } == ["CNAME", "CNAME", "A"])
          #expect(records.compactMap { $0["CNAME"]?.string } == ["middle.test", "host.test", ""])
          #expect(records.last?["IP"]?.string == "192.0.2.1")
        }
        for event in trace.events where event.name == "net_packet_dns_request" {
          let question = event.arguments["dns_questions"]?.elements?.first
          #expect(question?["query"]?.string == "Alias.test")
          #expect(event.arguments["metadata"]?["protocol"]?.unsigned == (isTCP ? 6 : 17))
        }
      }
    }

    @Test(.enabled(if: Machine.has("dnsmasq", "dig"), "needs dnsmasq and dig"))
    func `an answer that is longer than a packet may be is read whole, and a question by its name`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        _ = try await stage.nameServer(on: network.left)
        let tracer = try await stage.trace(
          policy(
            "long", events: "net_packet_dns_response", "data.src=\(here)",
            "data.dns_response.query_data.query=*ong.test"),
          policy(
            "evil", events: "net_packet_dns", "data.dst=\(here)",
            "data.proto_dns.questions.name=*.EVIL.test", "data.proto_dns.questions.type!=AAAA"),
          policy(
            "inside", events: "net_packet_dns", "data.dst=\(network.right.ipv4)",
            "data.proto_dns.answers.IP=192.0.2.0/24"))
        for question in [["long.test", "TXT"], ["x.eviL.test", "A"], ["host.test", "A"]] {
          let client = try stage.start(
            "dig", "+tries=1", "+bufsize=4096", "@\(here)", question[0], question[1],
            on: network.right)
          #expect(try await client.end() == .exited(0))
        }
        let trace = try await tracer.stop()

        #expect(
          trace.events.map(\.matchedPolicies).sorted { $0[0] < $1[0] }
            == [["evil"], ["evil"], ["inside"], ["inside"], ["long"], ["long"]],
          "\(trace.summary)")
        for event in trace.events where event.matchedPolicies == ["long"] {
          let answers = event.arguments["dns_response"]?.elements?.first?["dns_answer"]?.elements
          #expect(answers?.count == 14)
          #expect(event.arguments["metadata"]?["packet_len"]?.unsigned ?? 0 > 1500)
        }
      }
    }

    @Test(
      .enabled(if: Machine.has("nginx", "curl"), "needs nginx and curl"),
      arguments: IPVersion.allCases)
    func `a request and its answer are read at both ends, and nothing else of the connection`(
      version: IPVersion
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.address(version)
        let server = try await stage.webServer(on: network.left)
        let tracer = try await stage.trace(everything(in: network, events: Self.http))
        let host = version == .four ? here : "[\(here)]"
        let client = try stage.start(
          "curl", "-s", "-X", "PROPFIND", "http://\(host):8080/no", "--next", "-s", "-X", "PATCH",
          "-H", "x-one: 1", "-A", "tester/1", "http://\(host):8080/a%20b?q=1", on: network.right)
        #expect(try await client.end() == .exited(0))
        try await network.right.closesConnections()
        let trace = try await tracer.stop()

        for event in trace.events where event.name == "net_packet_http" {
          let peer = event.local == here ? Peer("nginx", server) : Peer("curl", client)
          #expect(event.owner == peer, "\(event.summary)")
        }
        let requests = trace.events.filter { $0.name == "net_packet_http_request" }
        #expect(requests.count == 4, "\(trace.summary)")
        let methods = requests.compactMap { $0.arguments["http_request"]?["method"]?.string }
        #expect(methods.sorted() == ["PATCH", "PATCH", "PROPFIND", "PROPFIND"])
        for request in requests.compactMap({ $0.arguments["http_request"] })
        where request["method"]?.string == "PATCH" {
          #expect(request["uri_path"]?.string == "/a b")
          #expect(request["host"]?.string == "\(host):8080")
          #expect(request["headers"]?["X-One"]?.elements?.map(\.string) == ["1"])
          #expect(request["headers"]?["User-Agent"]?.elements?.map(\.string) == ["tester/1"])
        }
        // The answers to both, each seen by both.
        let answers = trace.events.filter { $0.name == "net_packet_http_response" }
        #expect(answers.count == 4, "\(trace.summary)")
        #expect(
          trace.events.filter { $0.name == "net_packet_http" }.count
            == requests.count + answers.count)
      }
    }

    @Test(.enabled(if: Machine.has("nginx", "curl"), "needs nginx and curl"))
    func `a long head in one packet is read whole, and fields of heads decide`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        _ = try await stage.webServer(on: network.left)
        let tracer = try await stage.trace(
          policy(
            "long", events: "net_packet_http_response", "data.src=\(here)",
            "data.http_response.headers.x-long-39=yy*"),
          policy(
            "write", events: "net_packet_http", "data.dst=\(here)", "data.proto_http.method!=GET"),
          policy(
            "curl", events: "net_packet_http_request", "data.dst=\(here)",
            "data.http_request.headers.User-Agent=curl/*", "data.http_request.host=\(here)*"))
        let client = try stage.start(
          "curl", "-s", "http://\(here):8080/long", "--next", "-s", "-X", "DELETE", "-A", "x",
          "http://\(here):8080/", on: network.right)
        #expect(try await client.end() == .exited(0))
        try await network.right.closesConnections()
        let trace = try await tracer.stop()

        #expect(
          trace.events.map(\.matchedPolicies).sorted { $0[0] < $1[0] }
            == [["curl"], ["curl"], ["long"], ["long"], ["write"], ["write"]], "\(trace.summary)")
        for event in trace.events where event.matchedPolicies == ["long"] {
          #expect(event.arguments["http_response"]?["headers"]?.keys?.count ?? 0 > 40)
        }
      }
    }
  }
}

extension Trace {
  /// The DNS messages from an address.
  fileprivate func messages(from address: String) -> [JSONValue] {
    events.filter { $0.source == address }.compactMap { $0.arguments["proto_dns"] }
  }
}
