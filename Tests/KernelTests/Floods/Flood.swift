// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

/// A tracer in a silent network, two policies, and senders of numbered datagrams that count.
final class Flood {
  static let port = 9
  static let quietPort = 10
  /// How many datagrams it takes for their lengths, which are their numbers, to begin anew.
  static let lengths = 1000

  let stage: Stage
  let network: VirtualNetwork
  let tracer: TestSupport.Tracer
  /// Where the policies and the files are.
  let folder: String
  /// What the tracer writes: `events.json` in the folder.
  let file: String
  private let stats: String
  private(set) var sent: UInt64 = 0
  private let before: UInt64

  init(_ stage: Stage, options: [String] = [], output: String? = nil) async throws {
    self.stage = stage
    network = try await stage.network()
    try await network.silence()
    let filter = "data.dst=\(network.left.ipv4)"
    let folder = try stage.folder([
      "1.yaml": Self.policy("flood", filter, Self.port),
      "2.yaml": Self.policy("quiet", filter, Self.quietPort),
    ])
    self.folder = folder
    file = "\(folder)/events.json"
    stats = "\(folder)/stats.json"
    tracer = try await stage.tracer(
      ["apply", "\(folder)/1.yaml", "\(folder)/2.yaml", "-o", output ?? "json:\(file)"]
        + ["--stats-file", stats, "--stats-every", "50ms"] + options)
    before = try await network.right.packetCounts().sent
  }

  private static func policy(_ name: String, _ filter: String, _ port: Int) -> String {
    EndToEnd.policy(name, events: "net_packet_udp", filter, "data.dst_port=\(port)")
  }

  /// Replaces the policy of the flood by one of another name, with more rules that nothing sent here meets.
  func replacePolicy(by name: String, rules: Int = 0) throws {
    var text = Self.policy(name, "data.dst=\(network.left.ipv4)", Self.port)
    for rule in 0..<rules {
      text += "  - event: net_packet_tcp\n    filters: [\"data.dst_port=\(rule + 1)\"]\n"
    }
    try Data(text.utf8).write(to: URL(filePath: "\(folder)/1.yaml"), options: .atomic)
  }

  /// Sends datagrams, and says how many the kernel took.
  ///
  /// How many, for how many seconds (0: until its input ends), at how many a second (0: as fast as it can).
  private static let sender = """
    import select, socket, sys, time
    address, count = (sys.argv[1], int(sys.argv[2])), int(sys.argv[3])
    duration, pace = float(sys.argv[4]), float(sys.argv[5])
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    burst = 32 if not pace or pace > 1000 else 1
    data, sent, start = memoryview(bytes(\(lengths))), 0, time.monotonic()
    while sent < count:
      s.sendto(data[:sent % \(lengths)], address)
      sent += 1
      if sent % burst: continue
      passed = time.monotonic() - start
      if duration and passed > duration: break
      ahead = max(0, sent / pace - passed) if pace else 0
      if select.select([] if duration else [sys.stdin], [], [], ahead)[0]: break
    print("sent", sent)
    """

  /// Starts to send to a port where no socket waits, so that each datagram is seen once, when it leaves.
  func start(
    _ count: UInt64 = 1 << 40, to port: Int = Flood.port, seconds: Int = 0, perSecond: Int = 0
  ) throws -> ChildProcess {
    try stage.start(
      "python3", "-I", "-S", "-c", Self.sender, network.left.ipv4, "\(port)", "\(count)",
      "\(seconds)", "\(perSecond)", on: network.right, input: .open)
  }

  /// Ends a sender and adds what it sent.
  func finish(_ sender: ChildProcess) async throws {
    sender.closeInput()
    try await count(sender)
  }

  /// Waits for a sender and adds what it sent.
  func count(_ sender: ChildProcess) async throws {
    #expect(try await sender.end(within: .seconds(60)) == .exited(0), "\(sender.errorText)")
    sent += UInt64(try await sender.line(startingWith: "sent ")) ?? 0
  }

  /// Sends so many datagrams.
  func send(_ count: UInt64, to port: Int = Flood.port, perSecond: Int = 0) async throws {
    // Its input stays open until it is done.
    try await self.count(try start(count, to: port, seconds: 50, perSecond: perSecond))
  }

  /// The ledger as it was written last.
  func ledger() throws -> Statistics { try Statistics(ofFile: stats) }

  /// Stops the tracer and reads its ledger, in which nothing waits any more, and which agrees with the interface.
  func end(exits: [CInt] = [0]) async throws -> Statistics {
    tracer.process.send(SIGINT)
    let ending = try await tracer.process.end(within: .seconds(60))
    #expect(exits.map { .exited($0) }.contains(ending), "\(tracer.process.errorText)")
    let left = try await network.right.packetCounts().sent - before
    #expect(sent == left, "sent, as the sender says, and as the interface says")
    return try await lastLedger()
  }

  /// The ledger of a tracer that has ended.
  func lastLedger() async throws -> Statistics {
    let ledger = try ledger()
    #expect(ledger.json["records"]?["waiting"]?.unsigned == 0)
    #expect(ledger.outputs.allSatisfy { $0["waiting"]?.unsigned == 0 })
    if Machine.hasValidator {
      let text = try String(contentsOfFile: stats, encoding: .utf8)
      #expect(try await PublishedSchema.stats.faults(in: [text]) == "")
    }
    return ledger
  }
}
