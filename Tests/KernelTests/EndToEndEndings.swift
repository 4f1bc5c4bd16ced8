// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  @Suite(.enabled(if: Machine.has("nc", "bpftool"), "needs nc and bpftool"))
  struct Endings {
    @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
    func `nothing of it stays in the kernel, however it ends`(signal: CInt) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let tracer = try await stage.trace(everything(in: network, events: "net_packet_udp"))
        let objects = try KernelObjects(heldBy: tracer.process.id)
        #expect(objects.programs.count >= 4 && objects.links.count >= 4)
        #expect(try await objects.remaining() == objects.all)
        tracer.process.send(signal)
        let ending = try await tracer.process.end()
        #expect(ending == (signal == SIGKILL ? .signalled(SIGKILL) : .exited(0)))
        try await eventually("a kernel without the tracer's objects") {
          try await objects.remaining().isEmpty
        }
        // And the machine's packets still arrive.
        try await datagram(stage, network)
      }
    }

    @Test func `two at once see the same, and one goes on when the other is gone`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let all = everything(in: network, events: "net_packet_udp")
        let first = try await stage.trace(all)
        let second = try await stage.trace(all)
        let third = try await stage.trace(all)
        try await datagram(stage, network)
        third.process.send(SIGKILL)
        try await third.process.end()
        let early = try await first.stop()
        try await datagram(stage, network)
        let late = try await second.stop()

        #expect(early.events.count == 1)
        #expect(late.events.count == 2)
        #expect(late.events.first?.summary == early.events.first?.summary)
      }
    }

    @Test func `when the reader of its output goes away it ends well`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let policy = try stage.folder(["1.yaml": everything(in: network, events: "net_packet_udp")])
        let shell = try stage.start(
          "bash", "-c", "\"$0\" apply -p \"$1\" -o json | head -n 1; exit ${PIPESTATUS[0]}",
          Tracer.path, policy)
        try await eventually("start of the tracer", instead: { shell.errorText }) {
          shell.errorText.contains("tracee-policy: ready: ")
        }
        try await eventually("end of the tracer", instead: { shell.errorText }) {
          try await datagram(stage, network)
          return shell.ending != nil
        }
        #expect(shell.ending == .exited(0), "\(shell.errorText)")
        #expect(shell.outputLines().count == 1)
      }
    }

    /// One datagram from the right to the left, to a port where nobody listens.
    private func datagram(_ stage: Stage, _ network: VirtualNetwork) async throws {
      let client = try stage.start(
        "nc", "-u", "-N", "-q", "0", network.left.ipv4, "9", on: network.right, input: .text("x"))
      #expect(try await client.end() == .exited(0))
    }
  }
}
