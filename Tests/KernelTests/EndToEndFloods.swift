import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// More packets than can be written: each of them is an event that a reader sees, or a number that says why not.
  @Suite(.enabled(if: Machine.has("python3", "mount"), "needs python3 and mount"))
  struct Floods {
    /// Sends datagrams to a port and says how many the kernel took.
    static let sender = """
      import socket, sys
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      address, sent = (sys.argv[1], int(sys.argv[2])), 0
      for i in range(int(sys.argv[3])): sent += s.sendto(b"x", address)
      print("sent", sent)
      """

    @Test func `a small ring loses packets, by number and in place`() async throws {
      try await withStage { stage in
        let flood = try await Flood(stage, options: ["--buffer", "64K"])
        try await flood.send(20_000)
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == flood.sent)
        let seen = try flood.lines(of: flood.file)
        #expect(seen.events == ledger.packets("submitted"))
        #expect(seen.missing == ledger.packets("ringFull"))
      }
    }

    @Test func `a reader that stands still loses events of its own, and nobody else's`()
      async throws
    {
      try await withStage { stage in
        let fifo = try stage.folder() + "/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        let reader = open(fifo, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        let flood = try await Flood(
          stage, options: ["-o", "json:\(fifo),on-full=drop,policies=flood"])
        try await flood.send(16_000)
        try await flood.send(100, to: Flood.quietPort)
        try await eventually("loss at the FIFO", instead: { flood.tracer.process.errorText }) {
          try flood.ledger().output("json:\(fifo)", "dropped") ?? 0 > 0
        }
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == flood.sent)
        #expect(ledger.packets("ringFull") == 0)
        #expect(ledger.rule("quiet", "net_packet_udp", "emitted") == 100)
        let seen = try flood.lines(of: flood.file)
        #expect(seen.events == flood.sent && seen.missing == 0)
        #expect(ledger.output("json:\(flood.file)", "written") == flood.sent)
        #expect(ledger.output("json:\(fifo)", "accepted") == 16_000)
        let written = ledger.output("json:\(fifo)", "written") ?? 0
        let lost = ledger.output("json:\(fifo)", "lost") ?? 0
        #expect(written + lost == 16_000)
        #expect(lost > 4_000)
      }
    }

    @Test func `a disk that is full loses what does not fit, and goes on when there is room`()
      async throws
    {
      try await withStage { stage in
        let disk = try await stage.disk(kilobytes: 512)
        let small = "\(disk)/events.json"
        let flood = try await Flood(stage, options: ["-o", "json:\(small),on-full=drop"])
        try await flood.send(16_000)
        try await eventually("the word of it", instead: { flood.tracer.process.errorText }) {
          flood.tracer.process.errorText.contains("'\(small)': No space left on device")
        }
        try await eventually("loss at the disk") {
          try flood.ledger().output("json:\(small)", "dropped") ?? 0 > 0
        }
        let said = flood.tracer.process.errorText.split(separator: "\n").filter {
          $0.contains("No space left")
        }
        #expect(said.count == 1, "\(said)")
        #expect(truncate(small, 0) == 0)
        try await eventually("the word of room", instead: { flood.tracer.process.errorText }) {
          _ = truncate(small, 0)
          return flood.tracer.process.errorText.contains("'\(small)' can be written again")
        }
        let ledger = try await flood.end(exits: [0, 2])
        #expect(ledger.packets("wanted") == flood.sent)
        #expect(try flood.lines(of: flood.file).events == flood.sent)
        #expect(ledger.output("json:\(small)", "accepted") == flood.sent)
      }
    }

    @Test func `a tracer that is stopped for a while knows what it missed`() async throws {
      try await withStage { stage in
        let flood = try await Flood(stage, options: ["--buffer", "1M"])
        flood.tracer.process.send(SIGSTOP)
        try await flood.send(16_000)
        flood.tracer.process.send(SIGCONT)
        try await flood.send(1_000)
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == flood.sent)
        #expect(ledger.packets("ringFull") > 0)
        let seen = try flood.lines(of: flood.file)
        #expect(seen.events == ledger.packets("submitted"))
        #expect(seen.missing == ledger.packets("ringFull"))
      }
    }
  }
}

/// A tracer in a network, two policies, and a sender that counts.
private final class Flood {
  static let port = 9
  static let quietPort = 10
  let file: String
  let tracer: Tracer
  private(set) var sent: UInt64 = 0
  private let stage: Stage
  private let network: VirtualNetwork
  private let stats: String

  init(_ stage: Stage, options: [String]) async throws {
    self.stage = stage
    network = try await stage.network()
    let target = "data.dst=\(network.left.ipv4)"
    let folder = try stage.folder([
      "1.yaml": EndToEnd.policy(
        "flood", events: "net_packet_udp", target, "data.dst_port=\(Self.port)"),
      "2.yaml": EndToEnd.policy(
        "quiet", events: "net_packet_udp", target, "data.dst_port=\(Self.quietPort)"),
    ])
    file = "\(folder)/events.json"
    stats = "\(folder)/stats.json"
    tracer = try await stage.tracer(
      ["apply", "\(folder)/1.yaml", "\(folder)/2.yaml", "-o", "json:\(file)"]
        + ["--stats-file", stats, "--stats-every", "50ms"] + options)
  }

  /// Sends so many datagrams; where no socket waits for them, they are seen once, when they leave.
  func send(_ count: Int, to port: Int = Flood.port) async throws {
    let sender = try stage.start(
      "python3", "-c", EndToEnd.Floods.sender, network.left.ipv4, "\(port)", "\(count)",
      on: network.right)
    #expect(try await sender.end(within: .seconds(60)) == .exited(0))
    sent += UInt64(try await sender.line(startingWith: "sent ")) ?? 0
  }

  /// The ledger as it was written last.
  func ledger() throws -> Statistics { try Statistics(ofFile: stats) }

  /// Stops the tracer and reads its ledger, in which nothing waits any more.
  func end(exits: [CInt] = [0]) async throws -> Statistics {
    tracer.process.send(SIGINT)
    let ending = try await tracer.process.end(within: .seconds(60))
    #expect(exits.map { .exited($0) }.contains(ending), "\(tracer.process.errorText)")
    let ledger = try ledger()
    #expect(ledger.json["records"]?["waiting"]?.unsigned == 0)
    #expect(ledger.outputs.allSatisfy { $0["waiting"]?.unsigned == 0 })
    return ledger
  }

  /// Reads a file in which every line must be an event; says how many packets it shows and how many it misses.
  func lines(of file: String) throws -> (events: UInt64, missing: UInt64) {
    var (events, missing): (UInt64, UInt64) = (0, 0)
    let data = try Data(contentsOf: URL(filePath: file))
    #expect(data.isEmpty || data.last == UInt8(ascii: "\n"), "the last line ends")
    for line in data.split(separator: UInt8(ascii: "\n")) {
      let object = try JSONSerialization.jsonObject(with: line) as? [String: Any]
      if object?["eventName"] as? String == "lost_events" {
        let arguments = object?["args"] as? [[String: Any]]
        missing += (arguments?.first?["value"] as? NSNumber)?.uint64Value ?? 0
      } else {
        #expect(object?["eventName"] as? String == "net_packet_udp")
        events += 1
      }
    }
    return (events, missing)
  }
}
