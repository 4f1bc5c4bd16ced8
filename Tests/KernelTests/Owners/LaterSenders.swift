// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// What a connection sends by itself after the call that gave it something to send.
  @Suite struct LaterSenders {
    @Test(.enabled(if: Machine.has("nc", "python3"), "needs nc and python3"))
    func `what leaves after its call is of who made the call, though that is gone`() async throws {
      // The kernel keeps what may be followed by more, and sends it by a timer.
      let script = """
        import os, socket, sys
        s = socket.create_connection((sys.argv[1], 7000))
        child = os.fork()
        if child == 0:
            open("/proc/self/comm", "w").write("later")
            s.send(b"kept\\n", socket.MSG_MORE)
            os._exit(0)
        os.waitpid(child, 0)
        print("child", child, flush=True)
        sys.stdin.readline()
        """
      try await withStage { stage in
        let network = try await stage.network()
        let (here, there) = (network.left.ipv4, network.right.ipv4)
        let server = try stage.start("nc", "-l", here, "7000", on: network.left, input: .open)
        try await network.left.listens(on: 7000)
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_tcp"))
        let client = try stage.start(
          "python3", "-c", script, here, on: network.right, input: .open)
        _ = try await server.line(startingWith: "kept")
        let child = UInt64(try await client.line(startingWith: "child ")) ?? 0
        try client.write("\n")
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        let trace = try await tracer.stop()

        let kept = trace.events.filter { $0.leaves && $0.source == there && $0.flags == "P." }
        #expect(kept.map(\.owner) == [Peer("later", child)], "\(trace.summary)")
      }
    }
  }
}
