// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// Segments that overtake each other on their way to a server.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct Reordering {
    /// A peer that is not of this kernel: it connects from an address that nobody has, and sends the pieces of what it is given in the
    /// order that is asked for, each twice when that is asked for too.
    private static let peer = #"""
      import json, socket, struct, sys
      order = json.loads(sys.argv[1])
      source, target, port, cut = sys.argv[2], sys.argv[3], int(sys.argv[4]), json.loads(sys.argv[5])
      local, remote = (bytes.fromhex(mac.replace(":", "")) for mac in sys.argv[6:8])
      data = sys.stdin.buffer.read()
      wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
      wire.bind(("veth0", 0))
      wire.settimeout(10)
      def total(part):
          if len(part) % 2: part += b"\0"
          number = sum(struct.unpack(f"!{len(part) // 2}H", part))
          while number >> 16: number = (number & 0xffff) + (number >> 16)
          return ~number & 0xffff
      ends = socket.inet_aton(source) + socket.inet_aton(target)
      def send(sequence, acknowledgement, flags, payload=b""):
          tcp = struct.pack("!HHIIBBHHH", 40000, port, sequence & 0xffffffff, acknowledgement, 5 << 4, flags, 64240, 0, 0)
          pseudo = ends + struct.pack("!BBH", 0, 6, len(tcp) + len(payload))
          tcp = tcp[:16] + struct.pack("!H", total(pseudo + tcp + payload)) + tcp[18:]
          ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp) + len(payload), 7, 0, 64, 6, 0) + ends
          ip = ip[:10] + struct.pack("!H", total(ip)) + ip[12:]
          wire.send(remote + local + b"\x08\x00" + ip + tcp + payload)
      def answer():
          while True:
              frame = wire.recv(65536)
              ip = frame[14:]
              tcp = ip[(ip[0] & 15) * 4:]
              if ip[9] == 6 and ip[16:20] == ends[:4] and struct.unpack("!HH", tcp[:4]) == (port, 40000):
                  return struct.unpack("!II", tcp[4:12]), tcp[13]
      first = 0xfffffff0
      send(first, 0, 2)
      (theirs, _), flags = answer()
      assert flags == 0x12
      send(first + 1, theirs + 1, 0x10)
      pieces = [(start, data[start:end]) for start, end in zip([0] + cut, cut + [len(data)])]
      for place in order:
          start, piece = pieces[place]
          send(first + 1 + start, theirs + 1, 0x18, piece)
      wanted = first + 1 + len(data) & 0xffffffff
      while True:
          (_, acknowledged), flags = answer()
          if acknowledged == wanted: break
      send(first + 1 + len(data), theirs + 1, 0x14)
      print("taken")
      """#

    /// Takes connections, and reads each to its end.
    private static let server = """
      import socket, sys
      s = socket.create_server((sys.argv[1], 7080))
      # Then the first bytes of each connection come to the listening socket.
      if sys.argv[3:] == ["true"]: s.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 10)
      for _ in range(int(sys.argv[2])):
        c, _ = s.accept()
        try:
          while c.recv(65536): pass
        except ConnectionResetError: pass
      """

    private static let body = String(repeating: "no head. ", count: 100)
    private static let head =
      "POST /a HTTP/1.1\r\nHost: x\r\nX-Long: \(String(repeating: "z", count: 900))\r\n"
      + "Content-Length: \(body.utf8.count)\r\n\r\n"

    @Test(arguments: [
      [0, 1, 2, 3], [1, 0, 2, 3], [0, 2, 1, 3], [1, 2, 0, 3], [2, 1, 0, 3], [2, 0, 0, 1, 1, 3],
      [3, 2, 1, 0],
    ])
    func `a head is one event, in whatever order its segments arrive`(order: [Int]) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let stranger = try await Stranger(network)
        let server = try stage.start(
          "python3", "-c", Self.server, network.left.ipv4, "1", on: network.left)
        try await network.left.listens(on: 7080)
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_http_request"))
        let peer = try stage.start(
          "python3", "-c", Self.peer, "\(order)", stranger.address, network.left.ipv4, "7080",
          "[400, 800, 1100]", stranger.link, stranger.linkOfServer, on: network.right,
          input: .text(Self.head + Self.body))
        #expect(try await peer.end() == .exited(0), "\(peer.errorText)")
        try await server.end()
        let trace = try await tracer.stop()

        let requests = trace.events.compactMap { $0.arguments["http_request"] }
        #expect(requests.count == 1, "\(trace.summary)\n\(trace.errors)")
        let long = requests.first?["headers"]?["X-Long"]?.elements?.first?.string
        #expect(long?.utf8.count == 900)
        // All but the last segment can hold a part of the head; of the body after it nothing is recorded.
        let ledger = try Ledger(parsing: trace.errors)
        #expect(ledger.undecodable == 0 && ledger.lost == 0)
      }
    }

    @Test(arguments: [false, true])
    func
      `whatever is sent, in whatever pieces and order, its heads are those that the server reads`(
        defers: Bool
      ) async throws
    {
      let seed = SplitMix.seed()
      var random = SplitMix(state: seed)
      let rounds = 12
      try await withStage { stage in
        let network = try await stage.network()
        let stranger = try await Stranger(network)
        let server = try stage.start(
          "python3", "-c", Self.server, network.left.ipv4, "\(rounds)", "\(defers)",
          on: network.left)
        try await network.left.listens(on: 7080)
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_http_request"))
        var paths: [String] = []
        for round in 0..<rounds {
          let talk = Talk(round, &random)
          paths += talk.paths
          let peer = try stage.start(
            "python3", "-c", Self.peer, "\(talk.order)", stranger.address, network.left.ipv4,
            "7080", "\(talk.cuts)", stranger.link, stranger.linkOfServer, on: network.right,
            input: .text(talk.text))
          #expect(try await peer.end() == .exited(0), "\(peer.errorText)")
        }
        try await server.end()
        let trace = try await tracer.stop()
        let requests = trace.events.compactMap { $0.arguments["http_request"] }
        #expect(requests.compactMap { $0["uri_path"]?.string } == paths, "\(trace.errors)")
        #expect(try Ledger(parsing: trace.errors).undecodable == 0)
      }
    }

    /// A peer that is not of this kernel, at an address that nobody has.
    private struct Stranger {
      let address: String
      /// The addresses of the links at its end and at the server's.
      let link, linkOfServer: String

      init(_ network: VirtualNetwork) async throws {
        address = network.ipv4.replacing("0/24", with: "99")
        link = try await Self.link(of: network.right)
        linkOfServer = try await Self.link(of: network.left)
        try await network.left.run(
          "ip", "neighbour", "replace", address, "lladdr", link, "dev", "veth0")
      }

      private static func link(of side: VirtualNetwork.Side) async throws -> String {
        let words = try await side.run("ip", "-o", "link", "show", "veth0").split(separator: " ")
        let place = try #require(words.firstIndex(of: "link/ether"))
        return String(try #require(words.dropFirst(place + 1).first))
      }
    }

    /// Requests with bodies that look like requests, and how they are sent.
    private struct Talk {
      var text = ""
      var paths: [String] = []
      /// Where the pieces are parted.
      let cuts: [Int]
      /// The pieces in the order in which they are sent, some of them twice.
      let order: [Int]

      private static let bodies = [
        "", "G", "POST ", "GET /body HTTP/1.1\r\n\r\n", "\r\n\r\n", "0\r\n\r\n",
        String(repeating: "PUT /body HTTP/1.1\r\n", count: 50),
        String(repeating: "x", count: 3_000),
      ]

      init(_ round: Int, _ random: inout SplitMix) {
        for number in 0..<Int.random(in: 1...6, using: &random) {
          let path = "/\(round)-\(number)"
          let method = ["POST", "PUT", "PROPFIND"].randomElement(using: &random) ?? ""
          let body = Self.bodies.randomElement(using: &random) ?? ""
          let isChunked = Bool.random(using: &random)
          let size = String(body.utf8.count, radix: 16)
          let sent = isChunked ? (body.isEmpty ? "" : "\(size)\r\n\(body)\r\n") + "0\r\n\r\n" : body
          let field =
            isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.utf8.count)"
          text += "\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(field)\r\n\r\n\(sent)"
          paths.append(path)
        }
        let count = text.utf8.count
        let places = (0..<Int.random(in: 0...12, using: &random)).map { _ in
          Int.random(in: 1..<count, using: &random)
        }
        // No piece is longer than what the link takes.
        let most = Array(stride(from: 1_200, to: count, by: 1_200))
        cuts = Set(places + most).sorted()
        var order: [Int] = []
        for piece in 0...cuts.count {
          let place = max(0, order.count - Int.random(in: 0...4, using: &random))
          order.insert(piece, at: place)
          if Int.random(in: 0..<5, using: &random) == 0 { order.append(piece) }
        }
        self.order = order
      }
    }
  }
}
