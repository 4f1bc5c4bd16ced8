// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// Messages that are in several segments.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct Streams {
    /// Sends what it is given in pieces of a size, each in a segment of its own, and waits for an answer.
    private static let client = """
      import socket, sys
      address, port, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
      data = sys.stdin.buffer.read()
      s = socket.create_connection((address, port))
      s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
      for start in range(0, len(data), size): s.send(data[start:start + size])
      print(len(s.recv(65536)))
      """

    /// Talks over one connection: each request, and each answer to it, in pieces that begin with few bytes.
    private static let talk = #"""
      import random, socket, sys
      address, kind, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
      rng = random.Random(seed + (kind == "client"))
      def send(s, data):
          at = 0
          while at < len(data):
              size = rng.choice([1, 1, 2, 3, 5, 9, 40]) if at < 12 else rng.choice([1, 4, 30, 100])
              s.send(data[at:at + size])
              at += size
      def take(s, kept):
          while b"\r\n\r\n" not in kept.lstrip(): kept += s.recv(65536)
          return kept.lstrip().split(b"\r\n\r\n", 1)[1]
      if kind == "server":
          c, _ = socket.create_server((address, 7081)).accept()
      else:
          c = socket.create_connection((address, 7081))
      c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
      methods = [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"PATCH"]
      kept = b""
      for number in range(count):
          if kind == "client":
              lines = rng.choice([b"", b"", b"\r\n", b"\n", b"\r\n\r\n"])
              send(c, lines + rng.choice(methods) + b" /%d HTTP/1.1\r\nHost: GET / HTTP/1.\r\n\r\n" % number)
              take(c, b"")
          else:
              kept = take(c, kept)
              send(c, b"HTTP/1.1 204 No Content\r\nAllow: GET , PUT \r\nX-Number: %d\r\n\r\n" % number)
      """#

    @Test
    func `heads are one event at each end, wherever they are cut and whatever lines are empty`()
      async throws
    {
      let seed = UInt32(truncatingIfNeeded: SplitMix.seed())
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let server = try stage.start(
          "python3", "-c", Self.talk, here, "server", "60", "\(seed)", on: network.left)
        try await network.left.listens(on: 7081)
        let tracers = [
          try await stage.trace(everything(in: network, events: "net_packet_http")),
          try await stage.trace(
            policy("response", events: "net_packet_http_response", "data.src=\(here)")),
        ]
        let client = try stage.start(
          "python3", "-c", Self.talk, here, "client", "60", "\(seed)", on: network.right)
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        #expect(try await server.end() == .exited(0), "\(server.errorText)")
        let trace = try await tracers[0].stop()
        let expected = (0..<60).flatMap { ["/\($0)", "\($0)"] }
        for side in [network.left, network.right] {
          let heads = trace.events.filter { $0.local == side.ipv4 }
            .compactMap { $0.arguments["proto_http"] }.map { head in
              head["direction"]?.string == "request"
                ? head["uri_path"]?.string
                : head["headers"]?["X-Number"]?.elements?.first?.string
            }
          #expect(heads == expected, "seed \(seed)\n\(trace.errors)")
        }
        let answers = try await tracers[1].stop()
        let numbers = answers.events.compactMap {
          $0.arguments["http_response"]?["headers"]?["X-Number"]?.elements?.first?.string
        }
        #expect(numbers == (0..<60).flatMap { ["\($0)", "\($0)"] }, "seed \(seed)")
      }
    }

    @Test(
      .enabled(if: Machine.has("nginx"), "needs nginx"),
      arguments: [(0, 9), (2_000, 500), (30_000, 4_000)])
    func `a head in several segments is one event at each end, and the body after it is none`(
      filling: Int, size: Int
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        _ = try await stage.webServer(on: network.left)
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_http_request"))
        let body = String(repeating: "GET / HTTP/1.1 is no head here. ", count: 40)
        let request =
          "POST /sink HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: "
          + "\(String(repeating: "z", count: filling))\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let client = try stage.start(
          "python3", "-c", Self.client, here, "8080", "\(size)", on: network.right,
          input: .text(request))
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        try await network.right.closesConnections()
        let trace = try await tracer.stop()

        let requests = trace.events.compactMap { $0.arguments["http_request"] }
          .filter { $0["method"]?.string == "POST" }
        #expect(requests.count == 2, "\(trace.summary)\n\(trace.errors)")
        for request in requests {
          #expect(request["uri_path"]?.string == "/sink")
          #expect(request["content_length"]?.unsigned == UInt64(body.utf8.count))
          let long = request["headers"]?["X-Long"]?.elements?.first?.string
          #expect(long?.utf8.count == filling)
        }
      }
    }

    @Test(.enabled(if: Machine.has("dnsmasq"), "needs dnsmasq"), arguments: [1, 7, 300])
    func `a question in several segments is one event at each end, and so is its answer`(size: Int)
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        _ = try await stage.nameServer(on: network.left)
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_dns"))
        // `host.test`, A, with its length before it; all of its bytes are ASCII.
        let name = "\u{4}host\u{4}test\0"
        let question =
          "\0\u{1b}\0\u{7}\u{1}\0\0\u{1}\0\0\0\0\0\0\(name)\0\u{1}\0\u{1}"
        let client = try stage.start(
          "python3", "-c", Self.client, here, "53", "\(size)", on: network.right,
          input: .text(question))
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        let trace = try await tracer.stop()

        let messages = trace.events.compactMap { $0.arguments["proto_dns"] }
        #expect(messages.compactMap { $0["QR"]?.unsigned }.sorted() == [0, 0, 1, 1])
        #expect(messages.allSatisfy { $0["ID"]?.unsigned == 7 })
        let answers = messages.compactMap { $0["answers"]?.elements?.first?["IP"]?.string }
        #expect(answers == ["192.0.2.1", "192.0.2.1"])
      }
    }
  }
}
