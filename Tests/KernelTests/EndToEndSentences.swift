// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Sentences of `docs/policy-language.md` that only a running tracer can keep.
  @Suite(.enabled(if: Machine.has("bash", "nc"), "needs bash and nc"))
  struct Sentences {
    @Test func `the tracer's own sockets are never traced, also while it writes to one`()
      async throws
    {
      try await withStage { stage in
        // Whatever the tracer wrote about itself, it would have to write about again.
        let (address, port) = ("127.77.9.1", "39977")
        let reader = try stage.start("nc", "-lk", address, port)
        let socket = "/dev/tcp/\(address)/\(port)"
        let scope = "net_packet_tcp.data.dst_port=\(port)"
        let outwards = "net_packet_tcp.data.metadata.direction=egress"
        let tracer = try stage.start(
          "bash", "-c",
          """
          until (: > \(socket)) 2>/dev/null; do sleep 0.05; done
          exec \(Tracer.path) -e \(scope) -e \(outwards) -o json > \(socket)
          """)
        try await eventually("the tracer", instead: { tracer.errorText }) {
          tracer.errorText.contains("ready: ")
        }
        var visitors: [UInt64] = []
        for _ in 1...2 {
          let visitor = try stage.start("nc", "-z", address, port)
          #expect(try await visitor.end() == .exited(0))
          visitors.append(UInt64(visitor.id))
          try await eventually("event of the visitor") {
            try reader.outputLines().contains {
              try TracedEvent(line: $0).hostProcessID == UInt64(visitor.id)
            }
          }
        }
        tracer.send(SIGINT)
        #expect(try await tracer.end() == .exited(0))
        let ledger = try Ledger(parsing: tracer.errorText)
        try await eventually("all events") { reader.outputLines().count >= ledger.events }
        let events = try reader.outputLines().map { try TracedEvent(line: $0) }
        try ledger.check(events: events.count)
        #expect(Set(events.map(\.hostProcessID)) == Set(visitors), "\(events.map(\.summary))")
        #expect(ledger.unwanted > 0)
      }
    }

    @Test func `without a file and without a command, events show one policy whose name is empty`()
      async throws
    {
      try await withStage { stage in
        let tracer = try await stage.tracer([
          "--output", "json", "--events", "net_packet_udp.data.dst=127.77.9.2", "--scope",
          "comm=bash",
        ])
        _ = try stage.start("bash", "-c", "echo > /dev/udp/127.77.9.2/9")
        try await tracer.event("to the address") { $0.destination == "127.77.9.2" }
        let trace = try await tracer.stop()
        #expect(!trace.events.isEmpty)
        #expect(trace.events.allSatisfy { $0.matchedPolicies == [""] }, "\(trace.summary)")
        #expect(trace.events.allSatisfy { $0.destination == "127.77.9.2" }, "\(trace.summary)")
      }
    }
  }
}
