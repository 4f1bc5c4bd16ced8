import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Three senders of different users and names on one socket, all at once.
  @Suite struct SharedSockets {
    private static let turns = 1000
    private static let names = ["aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb", "ccccccccccccccc"]

    /// One of the three.
    private struct Sender: Equatable {
      let owner: ShownOwner
      let thread: UInt64
      let policies: [String]
    }

    @Test(arguments: ["processes", "threads"], ["kernel", "user-space"])
    func `a datagram of a shared socket shows its sender and that one's policies`(
      kind: String, place: String
    ) async throws {
      try await withOwnerScene { scene in
        let tracer = try await trace(scene, event: "net_packet_udp", place)
        let program = try scene.start(
          "share", "udp", kind, scene.here, "7000", "\(Self.turns)", on: scene.network.left)
        #expect(try await program.end() == .exited(0), "\(program.errorText)")
        let trace = try await tracer.stop()

        let senders = try await senders(program)
        try check(trace, senders, creator: program)
        var faults: [String] = []
        var sent = [Int](repeating: 0, count: 4)
        for event in trace.events where event.leaves {
          let number = Int(event.datagramLength)
          guard (1...3).contains(number) else { throw TracerFault(event.ownerSummary) }
          sent[number] += 1
          if shown(event) != senders[number - 1] {
            faults.append("sent by \(number): \(event.ownerSummary)")
          }
        }
        #expect(sent == [0, Self.turns, Self.turns, Self.turns])
        #expect(faults.isEmpty, "\(faults.count) of \(3 * Self.turns):\n\(some(faults))")
      }
    }

    @Test(arguments: ["processes", "threads"], ["kernel", "user-space"])
    func `a segment of a shared connection shows its sender and that one's policies`(
      kind: String, place: String
    ) async throws {
      try await withOwnerScene { scene in
        let reader = try scene.start("drain", scene.here, "7000", on: scene.network.left)
        try await scene.network.left.listens(on: 7000)
        let tracer = try await trace(
          scene, event: "net_packet_tcp", place, "data.src!=\(scene.here)",
          "data.metadata.direction=egress")
        let program = try scene.start(
          "share", "tcp", kind, scene.here, "7000", "\(Self.turns)", on: scene.network.right)
        #expect(try await program.end() == .exited(0), "\(program.errorText)")
        #expect(try await reader.end() == .exited(0), "\(reader.errorText)")
        let trace = try await tracer.stop()

        let senders = try await senders(program)
        try check(trace, senders, creator: program)
        var faults: [String] = []
        var sent = [Int](repeating: 0, count: 4)
        for (event, length) in try segments(of: trace) {
          guard (1...3).contains(length) else { throw TracerFault(event.ownerSummary) }
          sent[length] += 1
          if shown(event) != senders[length - 1] {
            faults.append("sent by \(length): \(event.ownerSummary)")
          }
        }
        #expect(sent == [0, Self.turns, Self.turns, Self.turns])
        #expect(faults.isEmpty, "\(faults.count) of \(3 * Self.turns):\n\(some(faults))")
      }
    }

    /// A policy for each user and one for each name, so that half of another owner would be seen.
    private func trace(
      _ scene: OwnerScene, event: String, _ place: String, _ filters: String...
    ) async throws -> Tracer {
      let filters = ["data.dst_port=7000"] + filters
      var policies = [policy("all", events: event, filters)]
      for (number, name) in Self.names.enumerated() {
        policies += [
          policy("user-\(number + 1)", scope: "uid=\(1000 * (number + 1))", events: event, filters),
          policy("name-\(number + 1)", scope: "comm=\(name)", events: event, filters),
        ]
      }
      return try await scene.stage.trace(
        policies, options: ["--cgroup", scene.group.directory, "--filters", place])
    }

    /// The senders, as they told of themselves.
    private func senders(_ program: ChildProcess) async throws -> [Sender] {
      var senders: [Sender] = []
      for number in 1...3 {
        let ids = try await program.line(startingWith: "sender \(number): ").split(separator: " ")
          .compactMap { UInt64($0) }
        guard ids.count == 2 else { throw TracerFault(program.outputText) }
        let owner = ShownOwner(Self.names[number - 1], user: UInt64(1000 * number), ids[0])
        senders.append(
          Sender(
            owner: owner, thread: ids[1], policies: ["all", "user-\(number)", "name-\(number)"]))
      }
      return senders
    }

    private func shown(_ event: TracedEvent) -> Sender {
      Sender(owner: event.shown, thread: event.hostThreadID, policies: event.matchedPolicies)
    }

    /// Expects of all events that they show one owner as a whole, with its own policies: a sender, or who made the socket.
    private func check(_ trace: Trace, _ senders: [Sender], creator: ChildProcess) throws {
      let maker = Sender(
        owner: ShownOwner("owner-cases", user: 0, creator), thread: UInt64(creator.id),
        policies: ["all"])
      let known = senders + [maker]
      let faults = trace.events.filter { !known.contains(shown($0)) }
      #expect(
        faults.isEmpty,
        "\(faults.count) of \(trace.events.count) mix owners:\n\(some(faults.map(\.ownerSummary)))")
    }

    /// The segments with bytes in their order, each once, and how many bytes they carry.
    private func segments(of trace: Trace) throws -> [(TracedEvent, Int)] {
      func sequence(_ event: TracedEvent) -> UInt32 {
        UInt32(event.arguments["proto_tcp"]?["seq"]?.unsigned ?? 0)
      }
      guard let first = trace.events.first(where: { $0.flags == "S" }) else {
        throw TracerFault("no connection was made in\n\(trace.summary)")
      }
      var events: [UInt32: TracedEvent] = [:]
      for event in trace.events where event.flags.contains("P") || event.flags.contains("F") {
        let place = sequence(event) &- sequence(first)
        if events[place] == nil { events[place] = event }
      }
      let places = events.keys.sorted()
      return zip(places, places.dropFirst()).compactMap { place, next in
        events[place].map { ($0, Int(next - place)) }
      }
    }

    private func some(_ faults: [String]) -> String { faults.prefix(6).joined(separator: "\n") }
  }
}

/// Something that a test found and that makes no sense of what follows.
struct TracerFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
