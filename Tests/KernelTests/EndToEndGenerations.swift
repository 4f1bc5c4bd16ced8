// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Many reloads under traffic: nothing is missed, nothing is seen twice, nothing is left behind.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct Generations {
    /// Sends datagrams to 127.N.N.N, where the number N counts up, to a wanted and an unwanted port in turn, until its input ends.
    private static let sender = """
      import select, socket, sys
      wanted, unwanted = int(sys.argv[1]), int(sys.argv[2])
      sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      sock.bind(("127.0.0.1", 0))
      number = 0
      while not select.select([sys.stdin], [], [], 0.004)[0]:
        number += 1
        host = "127.%d.%d.%d" % (1 + (number >> 16), number >> 8 & 255, number & 255)
        for port in (wanted, unwanted):
          sock.sendto(b"x", (host, port))
      print(number)
      """

    /// What of an event this test looks at.
    private struct Sent: Decodable {
      struct Argument: Decodable {
        var name: String
        var value: Value
      }
      /// Only texts and numbers matter here.
      enum Value: Decodable {
        case text(String), number(Int), other
        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          if let text = try? container.decode(String.self) {
            self = .text(text)
          } else if let number = try? container.decode(Int.self) {
            self = .number(number)
          } else {
            self = .other
          }
        }
      }
      var timestamp: UInt64
      var matchedPolicies: [String]
      var args: [Argument]

      /// The number that its destination says.
      var number: Int {
        for case .text(let text) in args.filter({ $0.name == "dst" }).map(\.value) {
          let parts = text.split(separator: ".").compactMap { Int($0) }
          if parts.count == 4 { return (parts[1] - 1) << 16 | parts[2] << 8 | parts[3] }
        }
        return 0
      }
    }

    /// When a generation was asked for, and when it was said to be in force, in ns since the epoch.
    private struct Span {
      var asked: UInt64
      var said: UInt64
    }

    private static func now() -> UInt64 { clock_gettime_nsec(CLOCK_REALTIME) }

    private static func clock_gettime_nsec(_ clock: clockid_t) -> UInt64 {
      var time = timespec()
      clock_gettime(clock, &time)
      return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// How many reloads; `make test` is to stay short.
    private static let reloads =
      ProcessInfo.processInfo.environment["RELOADS"].flatMap(Int.init) ?? 250

    @Test(.timeLimit(.minutes(5)))
    func `each packet gives one event, by the policies of its generation`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let port = 20_000 + Int(getpid()) % 20_000
        func text(_ name: String, rules: Int = 1) -> String {
          var text = policy(
            name, events: "net_packet_udp", "data.dst_port=\(port)",
            "data.metadata.direction=egress", "data.dst=127.0.0.0/8", "data.src=127.0.0.1")
          for rule in 1..<max(2, rules) where rules > 1 {
            text += "  - event: net_packet_tcp\n    filters: [\"data.dst_port=\(rule)\"]\n"
          }
          return text
        }
        var policies = [text("g-1")]
        for other in 0..<9 {
          policies.append(
            policy("other-\(other)", events: "net_packet_tcp", "data.dst_port=\(other + 1)"))
        }
        let tracer = try await stage.trace(policies)
        let folder = try #require(tracer.folder)
        func reload(_ text: String) async throws -> (line: String, Span) {
          try Data(text.utf8).write(
            to: URL(filePath: folder + "/1000.yaml"), options: .atomic)
          let asked = Self.now()
          let line = try await tracer.reload(within: .seconds(30))
          return (line, Span(asked: asked, said: Self.now()))
        }

        let sender = try stage.start(
          "python3", "-c", Self.sender, "\(port)", "\(port + 1)", on: network.right, input: .open)
        var spans: [Int: Span] = [1: Span(asked: 0, said: 0)]
        var generation = 1
        func expectNext(_ rules: Int) async throws {
          let (line, span) = try await reload(text("g-\(generation + 1)", rules: rules))
          generation += 1
          spans[generation] = span
          try #require(
            line.hasPrefix("reloaded: generation \(generation), 1 added, 1 removed, 0 changed"),
            "\(line)")
        }
        // The widest first: programs are never made narrower, so what is kept in the kernel is the same at both ends.
        for rules in [10, 70, 300, 10] { try await expectNext(rules) }
        let before = try await PlanMaps(of: tracer.process.id).atRest()
        var old = before.inner
        for step in 1...Self.reloads {
          if step % 10 == 0 {
            let wrong = step % 20 == 0 ? "name: [" : text("other-1")
            let (line, _) = try await reload(wrong)
            try #require(line == "not reloaded; generation \(generation) stays in force", "\(line)")
          } else {
            try await expectNext(step % 50 == 1 ? 70 : 10)
          }
          if step % 25 == 0 { old.formUnion(try PlanMaps(of: tracer.process.id).inner) }
        }
        try await expectNext(10)
        let after = try await PlanMaps(of: tracer.process.id).atRest()
        #expect(after.objects == before.objects && after.memory == before.memory)
        #expect(old.subtracting(after.inner).filter(PlanMaps.exists).isEmpty)

        sender.closeInput()
        try await sender.end()
        let count = try #require(Int(sender.outputText.trimmingCharacters(in: .newlines)))
        try await eventually("last event", instead: { tracer.process.errorText }) {
          tracer.process.outputLines().count >= count
        }
        tracer.process.send(SIGINT)
        try await tracer.process.end()
        let decoder = JSONDecoder()
        let events = try tracer.process.outputLines().map {
          try decoder.decode(Sent.self, from: Data($0))
        }
        #expect(events.count == count)
        #expect(Set(events.map(\.number)) == Set(1...count))
        let ledger = try Ledger(parsing: tracer.process.errorText)
        try ledger.check(events: count)
        #expect(ledger.ringFull == 0 && ledger.undecodable == 0 && ledger.lost == 0)

        // Clocks are compared across processes; a packet that is sent within a reload belongs to either.
        let slack: UInt64 = 5_000_000
        for event in events {
          let names = event.matchedPolicies
          let number = names.first.flatMap { Int($0.dropFirst(2)) } ?? 0
          guard names.count == 1, let span = spans[number],
            event.timestamp + slack >= span.asked,
            event.timestamp <= (spans[number + 1]?.said ?? .max - slack) + slack
          else {
            Issue.record("event at \(event.timestamp) of \(names): \(spans[number] as Any)")
            return
          }
        }
      }
    }
  }
}

/// What a tracer keeps in the kernel for its plans.
private struct PlanMaps: Equatable {
  private let process: pid_t
  /// How many programs, links and maps it has.
  var objects: [Int]
  /// The memory of its maps in bytes, as the kernel tells it; without
  /// those that grow with what there is on the machine.
  var memory = 0
  /// The ids of the maps in its maps of maps.
  var inner: Set<UInt32> = []

  init(of process: pid_t) throws {
    self.process = process
    let found = try KernelObjects(heldBy: process)
    objects = [found.programs.count, found.links.count, found.maps.count]
    for id in found.maps {
      let descriptor = bpf_map_get_fd_by_id(UInt32(id))
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      // What is known of sockets, processes and cgroups grows and shrinks with them.
      var about = bpf_map_info()
      var length = UInt32(MemoryLayout<bpf_map_info>.size)
      bpf_obj_get_info_by_fd(descriptor, &about, &length)
      if about.map_flags & UInt32(BPF_F_NO_PREALLOC) == 0 {
        memory += KernelObjects.memory(ofMap: descriptor)
      }
      let type = KernelObjects.number("map_type", of: descriptor)
      guard type == Int(BPF_MAP_TYPE_ARRAY_OF_MAPS.rawValue) else { continue }
      for slot in 0..<UInt32(TP_PLAN_SLOTS) {
        var slot = slot
        var id: UInt32 = 0
        if bpf_map_lookup_elem(descriptor, &slot, &id) == 0 { inner.insert(id) }
      }
    }
  }

  /// The same when no plan is on its way out any more.
  func atRest() async throws -> PlanMaps {
    var last = self
    try await eventually("a kernel at rest") {
      let next = try PlanMaps(of: process)
      defer { last = next }
      return next == last && next.inner.count <= next.slots
    }
    return last
  }

  /// The maps that one plan of these policies has, and the one that is waited with.
  private var slots: Int { 6 }

  /// Whether a map is in the kernel.
  static func exists(_ id: UInt32) -> Bool {
    let descriptor = bpf_map_get_fd_by_id(id)
    if descriptor >= 0 { close(descriptor) }
    return descriptor >= 0
  }
}
