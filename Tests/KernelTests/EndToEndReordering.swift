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

    /// Takes one connection, and reads it to its end.
    private static let server = """
      import socket, sys
      s = socket.create_server((sys.argv[1], 7080))
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
        let source = network.ipv4.replacing("0/24", with: "99")
        func address(of side: VirtualNetwork.Side) async throws -> String {
          let words = try await side.run("ip", "-o", "link", "show", "veth0").split(separator: " ")
          let place = try #require(words.firstIndex(of: "link/ether"))
          return String(try #require(words.dropFirst(place + 1).first))
        }
        let (left, right) = (
          try await address(of: network.left), try await address(of: network.right)
        )
        try await network.left.run(
          "ip", "neighbour", "replace", source, "lladdr", right, "dev", "veth0")
        let server = try stage.start(
          "python3", "-c", Self.server, network.left.ipv4, on: network.left)
        try await network.left.listens(on: 7080)
        let tracer = try await stage.trace(
          everything(in: network, events: "net_packet_http_request"))
        let peer = try stage.start(
          "python3", "-c", Self.peer, "\(order)", source, network.left.ipv4, "7080",
          "[400, 800, 1100]",
          right, left, on: network.right, input: .text(Self.head + Self.body))
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
  }
}
