// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Three senders of different users and names on one socket, all at once.
  @Suite struct SharedSockets {
    private static let turns = 5000
    private static let names = ["aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb", "ccccccccccccccc"]

    @Test(arguments: ["processes", "threads"], ["kernel", "user-space"])
    func `a datagram of a shared socket shows its sender and that one's policies`(
      kind: String, place: String
    ) async throws {
      try await withOwnerScene { scene in
        let recording = try await Recording(scene, "udp", place)
        let program = try scene.start(
          "share", "udp", kind, scene.here, "7000", "\(Self.turns)", on: scene.network.left)
        #expect(try await program.end() == .exited(0), "\(program.errorText)")
        let events = try await recording.events()

        let known = try await known(program)
        expect(events, show: known)
        // A datagram of as many bytes as the number of its sender says.
        let sent = events.filter(\.leaves).map { ($0, $0.length - 8) }
        expect(sent, areOf: known)
      }
    }

    @Test(arguments: ["processes", "threads"], ["kernel", "user-space"])
    func `a segment of a shared connection shows its sender and that one's policies`(
      kind: String, place: String
    ) async throws {
      try await withOwnerScene { scene in
        let reader = try scene.start("drain", scene.here, "7000", on: scene.network.left)
        try await scene.network.left.listens(on: 7000)
        let recording = try await Recording(scene, "tcp", place, "data.metadata.direction=egress")
        let program = try scene.start(
          "share", "tcp", kind, scene.here, "7000", "\(Self.turns)", on: scene.network.right)
        #expect(try await program.end() == .exited(0), "\(program.errorText)")
        #expect(try await reader.end() == .exited(0), "\(reader.errorText)")
        let events = try await recording.events()

        let known = try await known(program)
        expect(events, show: known)
        expect(try segments(of: events), areOf: known)
      }
    }

    /// The senders, as they told of themselves, behind who made the socket.
    private func known(_ program: ChildProcess) async throws -> [SharedEvent.Owner] {
      let creator = Int(program.id)
      var known = [
        SharedEvent.Owner(
          name: "owner-cases", user: 0, process: creator, thread: creator, policies: ["all"])
      ]
      for number in 1...3 {
        let ids = try await program.line(startingWith: "sender \(number): ").split(separator: " ")
          .compactMap { Int($0) }
        guard ids.count == 2 else { throw TracerFault(program.outputText) }
        known.append(
          SharedEvent.Owner(
            name: Self.names[number - 1], user: 1000 * number, process: ids[0], thread: ids[1],
            policies: ["all", "user-\(number)", "name-\(number)"]))
      }
      return known
    }

    /// Expects of all events that they show one owner as a whole, with its own policies.
    private func expect(_ events: [SharedEvent], show known: [SharedEvent.Owner]) {
      let faults = events.filter { !known.contains($0.owner) }.map { "\($0.owner)" }
      #expect(faults.isEmpty, "\(faults.count) of \(events.count) mix owners:\n\(some(faults))")
    }

    /// Expects that who is shown sent what only he sends, and that all was seen that they sent.
    private func expect(_ sent: [(SharedEvent, Int)], areOf known: [SharedEvent.Owner]) {
      var counts = [0, 0, 0, 0]
      var faults: [String] = []
      for (event, number) in sent where (1...3).contains(number) {
        counts[number] += 1
        if event.owner != known[number] { faults.append("sent by \(number): \(event.owner)") }
      }
      #expect(counts == [0, Self.turns, Self.turns, Self.turns])
      #expect(faults.isEmpty, "\(faults.count) of \(3 * Self.turns):\n\(some(faults))")
    }

    /// The segments with bytes in their order, each once, and how many bytes they carry.
    private func segments(of events: [SharedEvent]) throws -> [(SharedEvent, Int)] {
      guard let first = events.first(where: \.isSynchronizing) else {
        throw TracerFault("no connection was made")
      }
      var places: [UInt32: SharedEvent] = [:]
      for event in events where event.isPushed || event.isLast {
        let place = event.sequence &- first.sequence
        if places[place] == nil { places[place] = event }
      }
      let order = places.keys.sorted()
      return zip(order, order.dropFirst()).compactMap { place, next in
        places[place].map { ($0, Int(next - place)) }
      }
    }

    private func some(_ faults: [String]) -> String { faults.prefix(6).joined(separator: "\n") }

    /// A tracer that writes to a file, by a policy for each user and one for each name: so half of another owner would be seen.
    private struct Recording {
      private let file: String
      private let tracer: Tracer

      init(_ scene: OwnerScene, _ transport: String, _ place: String, _ filters: String...)
        async throws
      {
        let event = "net_packet_\(transport)"
        let filters = ["data.dst_port=7000"] + filters
        var files = ["0.yaml": policy("all", events: event, filters)]
        for (index, name) in names.enumerated() {
          let number = index + 1
          files["\(number)-a.yaml"] = policy(
            "user-\(number)", scope: "uid=\(1000 * number)", events: event, filters)
          files["\(number)-b.yaml"] = policy(
            "name-\(number)", scope: "comm=\(name)", events: event, filters)
        }
        file = try scene.stage.folder() + "/events"
        tracer = try await scene.stage.tracer([
          "apply", "-p", try scene.stage.folder(files), "-o", "json:\(file)", "--filters", place,
          "--cgroup", scene.group.directory, "--buffer", "128M",
        ])
      }

      func events() async throws -> [SharedEvent] {
        tracer.process.send(SIGINT)
        #expect(try await tracer.process.end() == .exited(0), "\(tracer.process.errorText)")
        let ledger = try Ledger(parsing: tracer.process.errorText)
        let lines = try Data(contentsOf: URL(filePath: file)).split(separator: UInt8(ascii: "\n"))
        try ledger.check(events: lines.count)
        return try lines.map(SharedEvent.init)
      }
    }
  }
}

/// As much of an event as tells who sent it, read faster than a whole one is checked.
private struct SharedEvent {
  struct Owner: Equatable {
    let name: String
    let user: Int
    let process: Int
    let thread: Int
    let policies: [String]
  }

  let owner: Owner
  let leaves: Bool
  /// Of a datagram, with its header.
  let length: Int
  /// Of a segment.
  let sequence: UInt32
  let isSynchronizing: Bool
  let isPushed: Bool
  let isLast: Bool

  init(_ line: Data) throws {
    guard let object = try JSONSerialization.jsonObject(with: line) as? [String: Any],
      let arguments = object["args"] as? [[String: Any]]
    else { throw TracerFault("no event: \(String(decoding: line, as: UTF8.self))") }
    func number(_ value: Any?) -> Int { (value as? NSNumber)?.intValue ?? -1 }
    func member(_ name: String, _ key: String) -> Any? {
      let argument = arguments.first { $0["name"] as? String == name }
      return (argument?["value"] as? [String: Any])?[key]
    }
    owner = Owner(
      name: object["processName"] as? String ?? "", user: number(object["userId"]),
      process: number(object["hostProcessId"]), thread: number(object["hostThreadId"]),
      policies: object["matchedPolicies"] as? [String] ?? [])
    leaves = member("metadata", "direction") as? String == "egress"
    length = number(member("proto_udp", "length"))
    sequence = UInt32(truncatingIfNeeded: number(member("proto_tcp", "seq")))
    isSynchronizing = number(member("proto_tcp", "SYN")) == 1
    isPushed = number(member("proto_tcp", "PSH")) == 1
    isLast = number(member("proto_tcp", "FIN")) == 1
  }
}

/// Something that a test found and that makes no sense of what follows.
struct TracerFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
