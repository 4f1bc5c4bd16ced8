// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// Several datagrams that pass as one packet: UDP_SEGMENT on the way out, UDP_GRO on the way in.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct Datagrams {
    /// Receives what is sent to a port of DNS until it has seen a number of bytes; as one packet if that is asked for.
    private static let receiver = """
      import socket, sys
      address, port, gathers, wanted = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1", int(sys.argv[4])
      s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
      if gathers: s.setsockopt(17, 104, 1)
      s.settimeout(10)
      s.bind((address, port))
      print("bound", flush=True)
      calls = 0
      while wanted > 0:
          data, other, _, _ = s.recvmsg(65536, 64)
          wanted -= len(data)
          calls += 1
      print(calls)
      """

    /// Sends questions of DNS about names in one call, each a datagram; only the last may be shorter.
    private static let sender = """
      import socket, struct, sys
      address, port, names = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
      def question(number, name):
          labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split("."))
          flags = 0x8000 if name.startswith("answer") else 0x0100
          return struct.pack(">6H", number, flags, 1, 0, 0, 0) + labels + b"\\0" + struct.pack(">2H", 1, 1)
      messages = [question(number, name) for number, name in enumerate(names)]
      s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
      s.setsockopt(17, 103, len(messages[0]))
      s.sendto(b"".join(messages), (address, port))
      print(sum(map(len, messages)))
      """

    private static let names = [
      "goodie.example", "evil01.example", "answer.example", "evil02.example", "x.example",
    ]
    private static let lengths = [32, 32, 32, 32, 27]

    @Test(arguments: IPVersion.allCases, [false, true])
    func `each of several datagrams in a packet has its own events, wherever filters are decided`(
      version: IPVersion, gathers: Bool
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.address(version)
        let receiver = try stage.start(
          "python3", "-c", Self.receiver, here, "53", gathers ? "1" : "0",
          "\(Self.lengths.reduce(0, +))", on: network.left)
        try await network.left.listens(udp: true, on: 53)
        let policies = [
          everything("udp", in: network, events: "net_packet_udp"),
          policy(
            "short", events: "net_packet_udp", "data.dst=\(here)", "data.proto_udp.length<40"),
          policy("asks", events: "net_packet_dns_request", "data.dst=\(here)"),
          policy("answers", events: "net_packet_dns_response", "data.dst=\(here)"),
          policy(
            "evil", events: "net_packet_dns", "data.dst=\(here)",
            "data.proto_dns.questions.name=evil*"),
          policy(
            "second", events: "net_packet_dns", "data.dst=\(here)", "data.proto_dns.ID=1"),
        ]
        let tracers = [
          try await stage.trace(policies),
          try await stage.trace(policies, options: ["--filters", "user-space"]),
        ]
        let sender = try stage.start(
          ["python3", "-c", Self.sender, here, "53"] + Self.names, on: network.right)
        #expect(try await sender.end() == .exited(0), "\(sender.errorText)")
        #expect(try await receiver.end() == .exited(0), "\(receiver.errorText)")
        // As one message: it came as one packet.
        #expect(receiver.outputText.contains(gathers ? "\n1\n" : "\n5\n"), "\(receiver.outputText)")
        var summaries: [[String]] = []
        for tracer in tracers {
          let trace = try await tracer.stop()
          for leaves in [true, false] {
            let events = trace.events.filter { event in
              event.local == (leaves ? network.right : network.left).address(version)
            }
            let datagrams = events.filter { $0.name == "net_packet_udp" }
            #expect(
              datagrams.compactMap { $0.arguments["proto_udp"]?["length"]?.unsigned }
                == Self.lengths.map { UInt64($0 + 8) }, "\(trace.summary)")
            #expect(
              datagrams.map(\.matchedPolicies)
                == [["udp"], ["udp"], ["udp"], ["udp"], ["udp", "short"]])
            let found = events.filter { $0.name == "net_packet_dns" }
            #expect(found.map(\.matchedPolicies) == [["evil", "second"], ["evil"]])
            for event in datagrams {
              #expect(event.owner == (leaves ? Peer("python3", sender) : Peer("python3", receiver)))
            }
          }
          let asked = trace.events.compactMap {
            $0.arguments["dns_questions"]?.elements?.first?["query"]?.string
          }
          let questions = Self.names.filter { !$0.hasPrefix("answer") }
          #expect(asked == questions + questions)
          #expect(trace.events.count { $0.name == "net_packet_dns_response" } == 2)
          summaries.append(
            trace.events.map { "\($0.summary) \($0.matchedPolicies)" }.sorted())
        }
        #expect(summaries[0] == summaries[1])
      }
    }

    @Test func `numbers in the header of IPv4 are those of each datagram`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let receiver = try stage.start(
          "python3", "-c", Self.receiver, here, "53", "1", "\(Self.lengths.reduce(0, +))",
          on: network.left)
        try await network.left.listens(udp: true, on: 53)
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_ipv4"),
          policy("long", events: "net_packet_ipv4", "data.dst=\(here)", "data.proto_ipv4.length=60")
        )
        let sender = try stage.start(
          ["python3", "-c", Self.sender, here, "53"] + Self.names, on: network.right)
        #expect(try await sender.end() == .exited(0), "\(sender.errorText)")
        #expect(try await receiver.end() == .exited(0), "\(receiver.errorText)")
        let trace = try await tracer.stop()
        for local in [network.left.ipv4, network.right.ipv4] {
          let headers = trace.events.filter { $0.local == local }
          #expect(
            headers.map(\.matchedPolicies)
              == Self.lengths.map { $0 == 32 ? ["all", "long"] : ["all"] })
          let numbers = headers.compactMap { $0.arguments["proto_ipv4"]?["id"]?.unsigned }
          let first = try #require(numbers.first)
          #expect(numbers == (0..<5).map { (first + $0) & 0xffff })
          let lengths = headers.compactMap { $0.arguments["proto_ipv4"]?["length"]?.unsigned }
          #expect(lengths == Self.lengths.map { UInt64($0 + 28) })
        }
      }
    }
  }
}
