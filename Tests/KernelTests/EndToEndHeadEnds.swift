// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// What is recorded of the segments about the end of a head.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct HeadEnds {
    /// Sends heads and what is behind them, each over a connection of its own, and says how many segments begin in a head.
    ///
    /// They are cut near the end of the head. All pieces fit the first window, so that each is a segment.
    private static let client = #"""
      import random, socket, sys
      address, count, rng = sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))
      segments = 0
      for number in range(count):
          line = rng.choice([b"\r\n", b"\n"])
          body = b"no head" * rng.randrange(200) + rng.choice([b"", b"\n", b"\n\n", b"\r\n\r\n"])
          head = b"POST /%d HTTP/1.1" % number + line
          for _ in range(rng.randrange(6)): head += b"X: " + b"y" * rng.randrange(120) + line
          if rng.random() < 0.2: head += b"X: " + b"y" * rng.randrange(1500) + line
          head += b"Content-Length: %d" % len(body) + line + rng.choice([b"\r\n", b"\n"])
          cuts = {len(head) - rng.randrange(6) for _ in range(rng.randrange(4))}
          cuts |= {rng.randrange(8, len(head) + len(body)) for _ in range(rng.randrange(4))}
          places = [0] + sorted(cuts) + [len(head) + len(body)]
          pieces = [(head + body)[start:end] for start, end in zip(places, places[1:]) if start < end]
          segments += sum(1 for start, end in zip(places, places[1:]) if start < end and start < len(head))
          with socket.create_connection((address, 7082)) as s:
              s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
              for piece in pieces: s.send(piece)
              s.shutdown(socket.SHUT_WR)
              while s.recv(65536): pass
      print(segments)
      """#

    /// Reads each connection to its end, and answers nothing.
    private static let server = """
      import socket, sys
      s = socket.create_server((sys.argv[1], 7082))
      for _ in range(int(sys.argv[2])):
          c, _ = s.accept()
          while c.recv(65536): pass
          c.close()
      """

    @Test func `each segment of a head is recorded, and none behind it`() async throws {
      let seed = UInt32(truncatingIfNeeded: SplitMix.seed())
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let server = try stage.start("python3", "-c", Self.server, here, "200", on: network.left)
        try await network.left.listens(on: 7082)
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_http_request"))
        let client = try stage.start(
          "python3", "-c", Self.client, here, "200", "\(seed)", on: network.right)
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        #expect(try await server.end() == .exited(0), "\(server.errorText)")
        let trace = try await tracer.stop()
        let paths = trace.events.compactMap { $0.arguments["http_request"]?["uri_path"]?.string }
        #expect(
          paths == (0..<200).flatMap { ["/\($0)", "/\($0)"] }, "seed \(seed)\n\(trace.errors)")
        let ledger = try Ledger(parsing: trace.errors)
        let segments = UInt64(client.outputText.filter(\.isNumber))
        #expect(ledger.submitted == segments.map { 2 * $0 }, "seed \(seed)")
      }
    }
  }
}
