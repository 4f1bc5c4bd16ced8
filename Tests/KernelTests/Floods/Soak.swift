// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  @Suite(.enabled(if: Soak.isPossible, "needs python3, nginx, dnsmasq and ping"))
  struct ShortSoak {
    @Test func `ten seconds of everything leave it as it was`() async throws {
      try await withStage { stage in try await Soak(stage).last(.seconds(10), slack: 16 << 10) }
    }
  }
}

/// The same for as long as the environment says.
@Suite(
  .enabled(if: Machine.canTrace && Soak.isPossible, "needs what tracing needs, and the peers"),
  .enabled(if: Soak.seconds != nil, "`make soak` runs it"))
struct LongSoak {
  @Test func `minutes of everything leave it as it was`() async throws {
    try await withStage { stage in
      try await Soak(stage).last(.seconds(Soak.seconds ?? 10), slack: 2 << 10)
    }
  }
}

/// Traffic of all sorts, processes that come and go, reloads and rotations; and what a tracer has meanwhile.
final class Soak {
  /// How long, when it is asked for.
  static let seconds = ProcessInfo.processInfo.environment["SOAK"].flatMap(Int.init)
  static let isPossible = Machine.has("python3", "nginx", "dnsmasq", "ping")

  private let stage: Stage
  private let network: VirtualNetwork
  private let client: ChildProcess
  private let tracer: TestSupport.Tracer
  private let folder: String
  private let memory: TracerMemory
  private var generation = 1
  private var files = 0
  private var lines = 0

  /// Goes round and round until a line of its input says `rest`, says then what it sent, and goes on after the next line.
  private static let traffic = """
    import select, socket, subprocess, sys
    server, port = sys.argv[1], int(sys.argv[2])
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    query = b"\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0" + b"\\4host\\4test\\0" + b"\\0\\1\\0\\1"
    def exchange(kind, port, request):
      with socket.socket(socket.AF_INET, kind) as s:
        s.settimeout(10)
        s.connect((server, port))
        s.sendall(request)
        while kind == socket.SOCK_STREAM and s.recv(65536): pass
        if kind == socket.SOCK_DGRAM: s.recv(65536)
    sent = turn = 0
    sys.stdin.readline()
    while True:
      turn += 1
      for _ in range(40):
        udp.sendto(b"x" * (turn % 200), (server, port))
        sent += 1
      path = b"/long" if turn % 3 else b"/moved"
      exchange(socket.SOCK_STREAM, 8080, b"GET " + path + b" HTTP/1.0\\r\\nHost: soak\\r\\n\\r\\n")
      exchange(socket.SOCK_DGRAM, 53, query)
      subprocess.run(["true"])
      if turn % 10 == 0: subprocess.run(["ping", "-c", "1", server], stdout=subprocess.DEVNULL)
      if select.select([sys.stdin], [], [], 0.05)[0]:
        if not sys.stdin.readline(): break
        print("sent", sent, "turns", turn, flush=True)
        if not sys.stdin.readline(): break
    """

  init(_ stage: Stage) async throws {
    self.stage = stage
    network = try await stage.network()
    _ = try await stage.webServer(on: network.left)
    _ = try await stage.nameServer(on: network.left)
    client = try stage.start(
      "python3", "-I", "-S", "-c", Self.traffic, network.left.ipv4, "\(Flood.port)",
      on: network.right, input: .open)
    // It waits for a line until there is a tracer.
    let inside = "data.src=\(network.ipv4)"
    let folder = try stage.folder([
      "1.yaml": EndToEnd.policy(
        "udp", events: "net_packet_udp", "data.dst=\(network.left.ipv4)",
        "data.dst_port=\(Flood.port)"),
      "2.yaml": EndToEnd.policy(
        "all", events: "net_packet_ipv4,net_packet_tcp,net_packet_icmp", inside),
      "3.yaml": EndToEnd.policy(
        "family", scope: "tree=\(client.id)", events: "net_packet_http_request,net_packet_tcp"),
      "4.yaml": EndToEnd.policy(
        "content", scope: "comm=*thon3", events: "net_packet_dns,net_packet_http"),
      "5.yaml": EndToEnd.policy("changing", events: "net_packet_tcp", "data.dst_port=1"),
    ])
    self.folder = folder
    let options = ["--stats-file", "\(folder)/stats.json", "--stats-every", "100ms"]
    let outputs = [
      "json:\(folder)/events", "pcap:\(folder)/packets,policies=udp,content", "table:/dev/null",
    ]
    let policies = (1...5).map { "\(folder)/\($0).yaml" }
    tracer = try await stage.tracer(
      ["apply"] + policies + outputs.flatMap { ["-o", $0] } + options)
    memory = try TracerMemory(of: tracer.process.id)
  }

  /// What it has at one moment, while no traffic is on its way.
  private struct Sizes: CustomStringConvertible {
    var kernel: TracerMemory.Sizes
    /// In KiB, without what is mapped, such as the ring.
    var memory = 0
    var sent: UInt64 = 0

    var description: String {
      "\(memory) KiB, \(kernel.descriptors) descriptors, \(kernel.objects) programs, links and maps, "
        + "\(kernel.memory / 1024) KiB of maps, \(sent) datagrams so far"
    }
  }

  /// Plays so long, and compares what it has after the first fifth and at the end.
  ///
  /// - Parameter slack: how many KiB it may have grown: in minutes queues have been as full as they get, in seconds not.
  func last(_ duration: Duration, slack: Int) async throws {
    let clock = ContinuousClock()
    let start = clock.now
    var early: Sizes?
    try client.write("go\n")
    while start.duration(to: clock.now) < duration {
      try await turn()
      if early == nil, start.duration(to: clock.now) > duration / 5 {
        early = try await rest()
        try client.write("go\n")
      }
    }
    let late = try await rest()
    let before = try #require(early)
    client.closeInput()
    try await client.end()
    print("soak: first \(before)\nsoak: then  \(late)")
    #expect(late.memory <= before.memory + slack)
    #expect(late.kernel.descriptors == before.kernel.descriptors)
    #expect(late.kernel.objects == before.kernel.objects)
    // Others on the machine have sockets, processes and cgroups too.
    let others = 150
    #expect(late.kernel.memory <= before.kernel.memory + others * 4096)
    #expect(late.kernel.sockets <= before.kernel.sockets + others)
    #expect(late.kernel.groups <= before.kernel.groups + others)

    tracer.process.send(SIGINT)
    #expect(try await tracer.process.end() == .exited(0), "\(tracer.process.errorText)")
    let ledger = try Statistics(ofFile: "\(folder)/stats.json")
    #expect(ledger.rule("udp", "net_packet_udp", "wanted") == late.sent)
    #expect(ledger.outputs.allSatisfy { $0["lost"]?.unsigned == 0 && $0["waiting"]?.unsigned == 0 })
    try check("\(folder)/events")
    let written = ledger.output("json:\(folder)/events", "written")
    #expect(written.map(Int.init) == lines)
    print(
      "soak: \(generation) generations, \(files) files, \(lines) events, \(ledger.packets("ringFull")) lost"
    )
  }

  /// Renames the files and changes a policy at once, and reads what was written until then.
  private func turn() async throws {
    generation += 1
    var policy = EndToEnd.policy(
      "changing-\(generation % 5)", events: "net_packet_tcp", "data.dst_port=1")
    for rule in 0..<(generation % 4) * 20 {
      policy += "  - event: net_packet_tcp\n    filters: [\"data.dst_port=\(rule + 2)\"]\n"
    }
    try Data(policy.utf8).write(to: URL(filePath: "\(folder)/5.yaml"), options: .atomic)
    for name in ["events", "packets"] {
      #expect(rename("\(folder)/\(name)", "\(folder)/\(name).old") == 0)
    }
    let line = try await tracer.reload()
    try #require(
      line.hasPrefix("reloaded: generation \(generation), 1 added, 1 removed"), "\(line)")
    try await eventually("new files", instead: { self.tracer.process.errorText }) {
      access("\(folder)/events", F_OK) == 0 && access("\(folder)/packets", F_OK) == 0
    }
    try check("\(folder)/events.old")
    // A few times a second.
    try await Task.sleep(for: .milliseconds(200))
  }

  /// Lets traffic rest, and gives what the tracer has when it has come to rest too.
  private func rest() async throws -> Sizes {
    let answers = client.outputLines().count
    try client.write("rest\n")
    var sent: UInt64?
    try await eventually("a client at rest", instead: { self.client.errorText }) {
      let line = client.outputLines(after: answers).first ?? []
      sent = String(decoding: line, as: UTF8.self).split(separator: " ").dropFirst().first
        .flatMap { UInt64($0) }
      return sent != nil
    }
    try await eventually("a balanced ledger", instead: { self.tracer.process.errorText }) {
      let ledger = try Statistics(ofFile: "\(folder)/stats.json")
      return ledger.rule("udp", "net_packet_udp", "wanted") == sent
        && ledger.json["records"]?["waiting"]?.unsigned == 0
        && ledger.outputs.allSatisfy { $0["waiting"]?.unsigned == 0 }
    }
    try await network.left.closesConnections()
    var last = try memory.now()
    try await eventually("a kernel at rest") {
      let next = try memory.now()
      defer { last = next }
      return next.objects == last.objects && next.descriptors == last.descriptors
        && next.memory == last.memory
    }
    var sizes = Sizes(kernel: last, sent: sent ?? 0)
    let status = try String(contentsOfFile: "/proc/\(tracer.process.id)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
    sizes.memory =
      line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    return sizes
  }

  /// Reads a file in which every line must be an event, and removes it.
  private func check(_ file: String) throws {
    files += 1
    let data = try Data(contentsOf: URL(filePath: file))
    #expect(data.isEmpty || data.last == UInt8(ascii: "\n"), "the last line ends")
    for line in data.split(separator: UInt8(ascii: "\n")) {
      let object = try JSONSerialization.jsonObject(with: line) as? [String: Any]
      #expect(object?["eventName"] is String)
      if object?["eventName"] as? String != "lost_events" { lines += 1 }
    }
    #expect(unlink(file) == 0)
  }
}
