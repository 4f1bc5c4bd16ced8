// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// Bodies, whatever they look like, between heads.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct Bodies {
    /// Both ends of connections that carry what follows from a seed: each end knows how many bytes come, and sends its own in pieces.
    ///
    /// The client writes what an end reads of it: the paths of the requests, and the numbers of the responses.
    private static let peer = #"""
      import random, socket, sys
      kind, address, count, seed, defers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "true"
      bodies = [b"", b"G", b"H", b"P", b"GET ", b"HTTP/1.1 200 OK aa", b"GET /body HTTP/1.1\r\n\r\n", b"\r\n", b"0\r\n\r\n",
          b"HTTP/1.1 404 Not Found\r\nX-Number: body\r\nContent-Length: 0\r\n\r\n", b"\n\n", b"PUT /body HTTP/1.1\r\n" * 40, b"z" * 9000]
      def message(rng, first, asks, long=True):
          body = rng.choice(bodies if long else bodies[:6])
          sort = rng.randrange(3)
          if sort == 0:
              sent, at = b"", 0
              while at < len(body):
                  size = rng.randint(1, len(body) - at)
                  sent += b"%x%s\r\n%s\r\n" % (size, rng.choice([b"", b";x=GET"]), body[at:at + size])
                  at += size
              return first + b"Transfer-Encoding: chunked\r\n\r\n" + sent + b"0\r\n" + rng.choice([b"", b"A: GET /\r\n"]) + b"\r\n"
          if sort == 1 and asks: return first + b"\r\n"
          return first + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
      def script(number):
          rng = random.Random(seed * 1000 + number)
          pipelined, turns, paths, numbers = rng.random() < 0.5, [], [], []
          amount = rng.randint(1, 6)
          for part in range(amount):
              name = b"%d-%d" % (number, part)
              method = rng.choice([b"GET", b"HEAD", b"POST", b"PUT", b"PROPFIND", b"M-SEARCH"])
              asked = rng.choice([b"", b"", b"\r\n", b"\n"]) + message(rng, method + b" /%s HTTP/1.1\r\nHost: x\r\n" % name, True, not pipelined)
              ending = rng.randrange(4) if part == amount - 1 else 0
              fields = b"X-Number: %s\r\n" % name
              if ending == 1:
                  answer = b"HTTP/1.1 101 Switching Protocols\r\n" + fields + b"\r\nGET /tunnel HTTP/1.1\r\n\r\n"
              elif ending == 2 and method != b"HEAD":
                  answer = b"HTTP/1.1 200 OK\r\n" + fields + b"\r\nHTTP/1.1 200 OK\r\nX-Number: end\r\n\r\n"
              elif method == b"HEAD":
                  answer = b"HTTP/1.1 200 OK\r\n" + fields + rng.choice([b"", b"Content-Length: 70000\r\n", b"Transfer-Encoding: chunked\r\n"]) + b"\r\n"
              elif rng.random() < 0.2:
                  answer = b"HTTP/1.1 304 Not Modified\r\n" + fields + b"Content-Length: 700\r\n\r\n"
              else:
                  answer = message(rng, b"HTTP/1.1 200 OK\r\n" + fields, False)
              if rng.random() < 0.2: answer = b"HTTP/1.1 100 Continue\r\nX-Number: c\r\n\r\n" + answer; numbers.append("c")
              turns.append((asked, answer))
              paths.append("/" + name.decode())
              numbers.append(name.decode())
          if pipelined: turns = [(b"".join(t[0] for t in turns), b"".join(t[1] for t in turns))]
          return turns, paths, numbers
      def send(rng, s, data):
          most = rng.choice([1, 3, 30, 300, 3000]) if len(data) < 2000 else rng.choice([300, 3000, 20000])
          at = 0
          while at < len(data):
              size = rng.randint(1, most)
              s.send(data[at:at + size])
              at += size
      def take(s, size):
          while size: size -= len(s.recv(min(size, 65536)))
      listener = socket.create_server((address, 7083)) if kind == "server" else None
      # Then the first bytes of each connection come to the listening socket.
      if listener and defers: listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 10)
      for number in range(count):
          turns, paths, numbers = script(number)
          s = listener.accept()[0] if listener else socket.create_connection((address, 7083))
          s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
          rng = random.Random(seed + number)
          for asked, answer in turns:
              if listener: take(s, len(asked)); send(rng, s, answer)
              else: send(rng, s, asked); take(s, len(answer))
          s.close()
          if not listener: print(" ".join(paths) + "|" + " ".join(numbers))
      """#

    /// Expects heads in their order, and nothing that is none.
    private func expect(
      _ found: [String], are sent: [String], _ seed: UInt64, _ trace: Trace
    ) {
      let difference = sent.difference(from: found)
      #expect(
        difference.isEmpty,
        "seed \(seed): missing \(difference.insertions), wrong \(difference.removals)\n\(trace.errors)"
      )
    }

    @Test(arguments: [false, true])
    func `both ends show the heads that peers send, and nothing of what is between them`(
      defers: Bool
    ) async throws {
      let seed = SplitMix.seed() % 1_000_000
      let count = 80
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let server = try stage.start(
          "python3", "-c", Self.peer, "server", here, "\(count)", "\(seed)", "\(defers)",
          on: network.left)
        try await network.left.listens(on: 7083)
        let all = try await stage.trace(everything(in: network, events: "net_packet_http"))
        let responses = try await stage.trace(
          everything(in: network, events: "net_packet_http_response"))
        let oneWay = try await stage.trace(
          policy(
            "one", events: "net_packet_http_response", "data.src=\(here)", "data.src_port=7083"))
        let client = try stage.start(
          "python3", "-c", Self.peer, "client", here, "\(count)", "\(seed)", "\(defers)",
          on: network.right)
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        #expect(try await server.end() == .exited(0), "\(server.errorText)")
        let lines = client.outputText.split(separator: "\n").map { $0.split(separator: "|") }
        #expect(lines.count == count)
        let paths = lines.flatMap { $0[0].split(separator: " ").map(String.init) }
        let numbers = lines.flatMap { $0[1].split(separator: " ").map(String.init) }

        let trace = try await all.stop()
        let answers = try await responses.stop()
        for side in [network.left, network.right] {
          let heads = trace.events.filter { $0.local == side.ipv4 }
            .compactMap { $0.arguments["proto_http"] }
          let requests = heads.filter { $0["direction"]?.string == "request" }
          expect(requests.compactMap { $0["uri_path"]?.string }, are: paths, seed, trace)
          let known = heads.filter { $0["direction"]?.string == "response" }.map(Self.number(of:))
          expect(known, are: numbers, seed, trace)
        }
        // Without the requests, of which the kernel side alone knows what they ask; such events name no end.
        for trace in [answers, try await oneWay.stop()] {
          let alone = trace.events.compactMap { $0.arguments["http_response"] }
            .map(Self.number(of:))
          expect(alone.sorted(), are: (numbers + numbers).sorted(), seed, trace)
        }
        #expect(try Ledger(parsing: trace.errors).undecodable == 0, "\(trace.errors)")
      }
    }

    private static func number(of head: JSONValue) -> String {
      head["headers"]?["X-Number"]?.elements?.first?.string ?? ""
    }

    @Test(.enabled(if: Machine.has("nginx", "curl"), "needs nginx and curl"))
    func
      `of an upload and what comes before and after it the heads are shown, and no body recorded`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        _ = try await stage.webServer(on: network.left)
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_http"))
        let body = String(repeating: "GET /body HTTP/1.1\r\n\r\n", count: 100_000)
        let server = "http://\(here):8080"
        let client = try stage.start(
          "curl", "-s", "-S", "-I", "\(server)/", "--next", "-s", "-S", "-H", "Expect:",
          "--data-binary", "@-", "\(server)/sink", "--next", "-s", "-S", "\(server)/",
          on: network.right, input: .text(body))
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        let trace = try await tracer.stop()
        for side in [network.left, network.right] {
          let heads = trace.events.filter { $0.local == side.ipv4 }
            .compactMap { $0.arguments["proto_http"] }
          #expect(
            heads.compactMap { $0["method"]?.string }.filter { !$0.isEmpty } == [
              "HEAD", "POST", "GET",
            ])
          #expect(heads.filter { $0["direction"]?.string == "response" }.count == 3)
        }
        let ledger = try Ledger(parsing: trace.errors)
        #expect(ledger.submitted < 40, "\(trace.errors)")
      }
    }

    /// Sends heads whose framing the kernel side leaves to user space, and the body of each when standard input says that the
    /// head was shown.
    private static let slowPeer = #"""
      import socket, sys
      fields = [b"Content-Length: %d, %d", b"Transfer-Encoding: gzip, chunked"]
      listener = socket.create_server((sys.argv[1], 7084))
      s = socket.create_connection(listener.getsockname())
      c, _ = listener.accept()
      body = b"GET /body HTTP/1.1\r\n\r\n" * 100000
      for number in range(4):
          field = fields[number % 2]
          if b"%d" in field: field %= len(body), len(body)
          size = b"%x\r\n" % len(body) if number % 2 else b""
          s.sendall(b"POST /%d HTTP/1.1\r\n%s\r\n\r\n%s" % (number, field, size))
          sys.stdin.readline()
          data = body + (b"\r\n0\r\n\r\n" if number % 2 else b"")
          at = 0
          while at < len(data):
              at += s.send(data[at:at + 60000])
              c.recv(1 << 20)
      s.sendall(b"GET /last HTTP/1.1\r\n\r\n")
      """#

    @Test
    func `where the kernel side is lost, user space tells it the way, and no more is recorded`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        try await network.left.run("ip", "link", "set", "lo", "up")
        let tracer = try await stage.trace(
          policy(
            "all", events: "net_packet_http_request", "data.dst_port=7084", "data.dst=127.0.0.1"))
        let peer = try stage.start(
          "python3", "-c", Self.slowPeer, "127.0.0.1", on: network.left, input: .open)
        for number in 0..<4 {
          // Once where it leaves and once where it arrives.
          try await eventually("request \(number)", instead: { peer.errorText }) {
            try tracer.events().count {
              $0.arguments["http_request"]?["uri_path"]?.string == "/\(number)"
            } == 2
          }
          try peer.write("\n")
        }
        #expect(try await peer.end() == .exited(0), "\(peer.errorText)")
        let trace = try await tracer.stop()
        let paths = trace.events.compactMap { $0.arguments["http_request"]?["uri_path"]?.string }
        #expect(
          paths.sorted() == ["/0", "/0", "/1", "/1", "/2", "/2", "/3", "/3", "/last", "/last"])
        let ledger = try Ledger(parsing: trace.errors)
        #expect(ledger.submitted < 60, "\(trace.errors)")
      }
    }
  }
}
