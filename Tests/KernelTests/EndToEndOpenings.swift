// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// Bytes that come with the opening of a connection, or before it.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct Openings {
    /// Sends a SYN with a request in it that belongs to no connection, then talks of something else over real ones.
    private static let forger = """
      import socket, struct, sys
      source, target, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
      def total(part):
          if len(part) % 2: part += b"\\0"
          number = sum(struct.unpack(f"!{len(part) // 2}H", part))
          while number >> 16: number = (number & 0xffff) + (number >> 16)
          return ~number & 0xffff
      def talk():
          with socket.create_connection((target, port)) as c:
              c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
              for round in range(5):
                  c.sendall(b"secret binary data that is no HTTP %d" % round * 200)
                  c.recv(1)
      talk()
      payload = b"GET /never-received HTTP/1.1\\r\\nHost: forged\\r\\nX-Goes: on"
      tcp = struct.pack("!HHIIBBHHH", 33333, port, 1000, 0, 5 << 4, 2, 8192, 0, 0)
      pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!BBH", 0, 6, len(tcp) + len(payload))
      tcp = tcp[:16] + struct.pack("!H", total(pseudo + tcp + payload)) + tcp[18:]
      raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
      raw.sendto(tcp + payload, (target, 0))
      talk()
      """

    /// Answers each piece of each connection with a byte that no method has; two connections.
    private static let listener = """
      import socket, sys
      s = socket.create_server((sys.argv[1], 8087))
      for _ in range(2):
          c, _ = s.accept()
          while True:
              taken = 0
              while taken < 7200:
                  data = c.recv(65536)
                  if not data: break
                  taken += len(data)
              if taken < 7200: break
              c.send(b"\\0")
      """

    @Test func `a request in a SYN that opens nothing is none, and changes nothing for others`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let server = try stage.start("python3", "-c", Self.listener, here, on: network.left)
        try await network.left.listens(on: 8087)
        let tracer = try await stage.trace(
          everything("http", in: network, events: "net_packet_http,net_packet_http_request"))
        let peer = try stage.start(
          "python3", "-c", Self.forger, network.right.ipv4, here, "8087", on: network.right)
        #expect(try await peer.end() == .exited(0), "\(peer.errorText)")
        #expect(try await server.end() == .exited(0), "\(server.errorText)")
        let trace = try await tracer.stop()
        #expect(trace.events.isEmpty, "\(trace.summary)")
        // Two processors may disagree about an order, and then a few segments are recorded; not all that follow.
        let ledger = try Ledger(parsing: trace.errors)
        #expect(ledger.submitted <= 8 && ledger.seen > 50, "\(trace.errors)")
      }
    }

    /// Sends a request in two pieces as soon as it may, and waits for an answer.
    private static let client = """
      import socket, sys
      target, port, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
      pieces = [piece.encode() for piece in sys.argv[4:]]
      s = socket.socket()
      s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
      if kind == "fast":
          s.sendto(pieces.pop(0), 0x20000000, (target, port))
      else:
          s.connect((target, port))
      for piece in pieces: s.send(piece)
      print(s.recv(100).decode())
      s.close()
      """

    /// Answers the first whole head of each connection.
    private static let server = """
      import socket, sys
      address, port, kind, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
      s = socket.socket()
      s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      s.bind((address, port))
      if kind == "deferred": s.setsockopt(socket.IPPROTO_TCP, 9, 10)
      if kind == "fast": s.setsockopt(socket.IPPROTO_TCP, 23, 16)
      s.listen(16)
      for _ in range(count):
          c, _ = s.accept()
          data = b""
          while b"\\r\\n\\r\\n" not in data: data += c.recv(65536)
          c.sendall(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
          c.close()
      """

    private static let pieces = [
      ["GET /whole HTTP/1.1\r\nHost: x\r\n\r\n"],
      ["GET /two HTTP/1.1\r\nHost: ", "x\r\n\r\n"],
      ["G", "E", "T /bytes HTTP/1.1\r\nHo", "st: x\r\n\r", "\n"],
    ]

    @Test func `the request that completes a deferred handshake is seen at both ends`() async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let server = try stage.start(
          "python3", "-c", Self.server, here, "8088", "deferred", "\(Self.pieces.count)",
          on: network.left)
        try await network.left.listens(on: 8088)
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_http"))
        for pieces in Self.pieces {
          let client = try stage.start(
            ["python3", "-c", Self.client, here, "8088", "plain"] + pieces, on: network.right)
          #expect(try await client.end() == .exited(0), "\(client.errorText)")
        }
        try await server.end()
        let trace = try await tracer.stop()
        for side in [network.right.ipv4, here] {
          #expect(
            trace.paths(at: side) == ["/whole", "/two", "/bytes"],
            "\(trace.summary)\n\(trace.errors)")
        }
        #expect(trace.events.count == 12)
      }
    }

    @Test func `a Fast Open client's request is seen where it leaves, and the answer at both ends`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        for side in [network.left, network.right] {
          try await side.run("sysctl", "-q", "-w", "net.ipv4.tcp_fastopen=3")
        }
        let server = try stage.start(
          "python3", "-c", Self.server, here, "8089", "fast", "3", on: network.left)
        try await network.left.listens(on: 8089)
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_http"))
        // The first has no cookie yet, so its request follows the handshake.
        for path in ["/cookie", "/fast", "/faster"] {
          let client = try stage.start(
            "python3", "-c", Self.client, here, "8089", "fast", "GET \(path) HTTP/1.1\r\nHost: ",
            "x\r\n\r\n", on: network.right)
          #expect(try await client.end() == .exited(0), "\(client.errorText)")
        }
        try await server.end()
        let trace = try await tracer.stop()
        let leaving = trace.paths(at: network.right.ipv4)
        #expect(leaving == ["/cookie", "/fast", "/faster"], "\(trace.summary)\n\(trace.errors)")
        #expect(trace.paths(at: here) == ["/cookie"], "\(trace.summary)")
        #expect(trace.events.count == 10)
      }
    }
  }
}

extension Trace {
  /// The paths of the requests that were seen at an address, in order.
  fileprivate func paths(at address: String) -> [String] {
    events.filter { $0.local == address }.compactMap { $0.arguments["proto_http"] }
      .filter { $0["direction"]?.string == "request" }.compactMap { $0["uri_path"]?.string }
  }
}
