// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// What is kept with a socket about its last packet must not decide about another one.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct Flows {
    /// Begins every script: `send(length)` sends a datagram, whose length tells the packets apart.
    private static let prelude = """
      import ctypes, os, socket, sys
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      def send(length, port=7000): s.sendto(b"x" * length, (sys.argv[1], port))
      def rename(name): open("/proc/self/comm", "w").write(name)

      """

    @Test func `packets of one socket to many ports are told apart`() async throws {
      let script =
        Self.prelude + "for i in range(60): send(i + 1, 7000 + (i // 2 if i < 30 else i * 7) % 4)"
      let policies = [1, 3].map { number in
        policy("port-\(number)", events: "net_packet_udp", "data.dst_port=700\(number)")
      }
      let sent = try await lengths(sentBy: script, policies)
      let expected = (0..<60).compactMap { number -> (UInt64, [String])? in
        let port = (number < 30 ? number / 2 : number * 7) % 4
        return port % 2 == 0 ? nil : (UInt64(number + 1), ["port-\(port)"])
      }
      #expect(sent == Dictionary(uniqueKeysWithValues: expected))
    }

    @Test func `a change of the owner counts from its next packet on`() async throws {
      let script =
        Self.prelude + """
          def twice(length): send(length); send(length + 1)
          twice(10)
          rename("second"); twice(20)
          rename("first"); twice(30)
          open(sys.argv[2] + "/cgroup.procs", "w").write(str(os.getpid())); twice(40)
          assert ctypes.CDLL(None).unshare(0x04000000) == 0
          rename("second"); twice(50)
          os.setuid(65534); twice(60)
          """
      let policies = [
        policy("renamed", scope: "comm=second", events: "net_packet_udp"),
        policy("user", scope: "uid=65534", events: "net_packet_udp"),
      ]
      let sent = try await lengths(sentBy: script, policies, moved: "moved")
      #expect(
        sent == [
          20: ["renamed"], 21: ["renamed"], 40: ["moved"], 41: ["moved"],
          50: ["renamed", "moved"], 51: ["renamed", "moved"],
          60: ["renamed", "user", "moved"], 61: ["renamed", "user", "moved"],
        ])
    }

    @Test func `of two processes that share a socket each sends for itself`() async throws {
      let script =
        Self.prelude + """
          to_child, to_parent = os.pipe(), os.pipe()
          if os.fork() == 0:
              rename("child")
              for i in range(20):
                  os.read(to_child[0], 1); send(2 * i + 2); os.write(to_parent[1], b"!")
              os._exit(0)
          for i in range(20):
              send(2 * i + 1); os.write(to_child[1], b"!"); os.read(to_parent[0], 1)
          """
      let sent = try await lengths(
        sentBy: script, [policy("child", scope: "comm=child", events: "net_packet_udp")])
      #expect(
        sent == Dictionary(uniqueKeysWithValues: (1...20).map { (UInt64(2 * $0), ["child"]) }))
    }

    /// The lengths of the datagrams that leave the script and that any policy wants, with the policies.
    ///
    /// - Parameter moved: the name of one more policy, for the cgroup whose directory is the script's second argument.
    private func lengths(
      sentBy script: String, _ policies: [String], moved: String? = nil
    ) async throws -> [UInt64: [String]] {
      var result: [UInt64: [String]] = [:]
      try await withStage { stage in
        let network = try await stage.network()
        let group = try stage.make(stage.plannedGroup())
        var policies = policies
        if let moved {
          policies.append(policy(moved, scope: "cgroup=\(group.path)", events: "net_packet_udp"))
        }
        let tracer = try await stage.trace(policies)
        let sender = try stage.start(
          "python3", "-c", script, network.left.ipv4, (ControlGroup.root ?? "") + group.path,
          on: network.right)
        #expect(try await sender.end() == .exited(0), "\(sender.errorText)")
        let trace = try await tracer.stop()
        let sent = trace.events.filter { $0.leaves && $0.source == network.right.ipv4 }
        result = Dictionary(
          sent.map { event in
            ((event.arguments["proto_udp"]?["length"]?.unsigned ?? 8) - 8, event.matchedPolicies)
          }, uniquingKeysWith: { first, _ in first + ["seen twice"] })
      }
      return result
    }
  }
}
