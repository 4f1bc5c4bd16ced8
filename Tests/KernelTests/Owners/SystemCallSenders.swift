// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Two processes take turns on a socket; how the second calls the kernel makes it hard to see that it sends.
  @Suite struct SystemCallSenders {
    /// A way to send, the name of the system call that is, and whether it is of the 32-bit kind.
    struct Way: CustomTestStringConvertible, Sendable {
      let word: String
      let call: String
      let is32Bit: Bool

      init(_ word: String, _ call: String? = nil, is32Bit: Bool = false) {
        self.word = word
        self.call = call ?? word
        self.is32Bit = is32Bit
      }

      var testDescription: String { word }
    }

    static let ways =
      ["sendto", "write", "writev", "sendmsg", "sendmmsg", "splice", "sendfile"].map { Way($0) }
      + [
        Way("sendto-upper", "sendto"), Way("sendto32", "sendto", is32Bit: true),
        Way("write32", "write", is32Bit: true),
        Way("socketcall32", "socketcall", is32Bit: true),
      ]

    @Test(arguments: ways)
    func `the sender is who calls the kernel, in whatever way`(way: Way) async throws {
      if way.is32Bit { try KernelFeatures.require32BitCalls() }
      try await withOwnerScene { scene in
        let (trace, first, second) = try await turns(scene, way)
        for event in trace.events {
          let isSecond = event.datagramLength == 13
          #expect(event.shown == (isSecond ? second : first), "\(event.ownerSummary)")
          #expect(
            event.matchedPolicies == ["all", isSecond ? "second" : "first"],
            "\(event.ownerSummary)")
        }
      }
    }

    @Test(arguments: ways)
    func `the system call has the name of its own table, and only a 32-bit one is called compat`(
      way: Way
    ) async throws {
      if way.is32Bit { try KernelFeatures.require32BitCalls() }
      try await withOwnerScene { scene in
        let (trace, _, _) = try await turns(scene, way)
        let calls = trace.events.map(call)
        let expected = [Call("sendto", is32Bit: false), Call(way.call, is32Bit: way.is32Bit)]
        #expect(calls == (1...4).flatMap { _ in expected }, "\(trace.ownerSummary)")
      }
    }

    @Test(
      .enabled(
        if: KernelFeatures.compiles32Bit, "needs gcc that builds 32-bit programs: gcc-multilib"))
    func `what a 32-bit program calls has the name of its table and is called compat`() async throws
    {
      try KernelFeatures.require32BitCalls()
      try await withOwnerScene { scene in
        let program = try scene.stage.folder() + "/send"
        try await run("gcc", "-m32", "-o", program, KernelFeatures.source32Bit)
        let tracer = try await scene.trace(
          policy("all", events: "net_packet_udp", "data.dst_port=7000", "data.src=\(scene.there)"))
        let client = try scene.start(
          scene.here, "7000", on: scene.network.right, program: program)
        #expect(try await client.end() == .exited(0), "\(client.errorText)")
        let trace = try await tracer.stop()

        let expected = ["sendto", "socketcall"].map { Call($0, is32Bit: true) }
        #expect(trace.events.map(call) == expected, "\(trace.ownerSummary)")
        for event in trace.events {
          #expect(event.shown == ShownOwner("send", user: 0, client), "\(event.ownerSummary)")
        }
      }
    }

    @Test(arguments: [nil, "data.dst_port=7000", "data.dst_port=7001"])
    func `an answer is of who asked, whether or not a rule wants the question`(
      question: String?
    ) async throws {
      try await withOwnerScene { scene in
        let server = try scene.start("echo", scene.here, "7000", on: scene.network.left)
        try await scene.network.left.listens(udp: true, on: 7000)
        let answers = ["data.metadata.direction=ingress", "data.src_port=7000"]
        var policies = [
          policy("answers", events: "net_packet_udp", answers),
          policy("second", scope: "uid=1000", events: "net_packet_udp", answers),
        ]
        if let question {
          policies.append(
            policy(
              "questions", events: "net_packet_udp", "data.metadata.direction=egress", question,
              "data.src=\(scene.there)"))
        }
        let tracer = try await scene.stage.trace(
          policies, options: ["--cgroup", scene.group.directory])
        let program = try scene.start("ask", scene.here, "7000", on: scene.network.right)
        #expect(try await program.end() == .exited(0), "\(program.errorText)")
        let id = UInt64(try await program.line(startingWith: "second ")) ?? 0
        let trace = try await tracer.stop()

        let (first, second) = (
          ShownOwner("first", user: 0, program), ShownOwner("second", user: 1000, id)
        )
        let arrived = trace.events.filter { !$0.leaves }
        #expect(arrived.map(\.datagramLength) == [5, 1], "\(trace.ownerSummary)")
        #expect(arrived.map(\.shown) == [second, first], "\(trace.ownerSummary)")
        #expect(
          arrived.map(\.matchedPolicies) == [["answers", "second"], ["answers"]],
          "\(trace.ownerSummary)")
        #expect(server.ending == nil)
      }
    }

    /// What an event says of the system call that sent.
    private struct Call: Equatable {
      let name: String
      let is32Bit: Bool

      init(_ name: String, is32Bit: Bool) {
        self.name = name
        self.is32Bit = is32Bit
      }
    }

    private func call(_ event: TracedEvent) -> Call {
      Call(
        event.json["syscall"]?.string ?? "",
        is32Bit: event.json["contextFlags"]?["isCompat"] == .boolean(true))
    }

    /// Lets both send four times, and gives what left, and who they are.
    private func turns(_ scene: OwnerScene, _ way: Way) async throws -> (
      Trace, first: ShownOwner, second: ShownOwner
    ) {
      let filters = ["data.dst_port=7000", "data.metadata.direction=egress"]
      let tracer = try await scene.trace(
        policy("all", events: "net_packet_udp", filters),
        policy("first", scope: "comm=first", events: "net_packet_udp", filters),
        policy("second", scope: "uid=1000", events: "net_packet_udp", filters))
      let program = try scene.start("turns", way.word, scene.here, "7000", on: scene.network.left)
      #expect(try await program.end() == .exited(0), "\(program.errorText)")
      let second = UInt64(try await program.line(startingWith: "second ")) ?? 0
      let trace = try await tracer.stop()
      #expect(
        trace.events.map(\.datagramLength) == [1, 13, 1, 13, 1, 13, 1, 13],
        "\(trace.ownerSummary)")
      return (
        trace, ShownOwner("first", user: 0, program), ShownOwner("second", user: 1000, second)
      )
    }
  }
}
