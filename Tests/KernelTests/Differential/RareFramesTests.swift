// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What is rarely seen, beside what Wireshark says of it, from a capture that the built binary replays.
@Suite(.enabled(if: Machine.has("tshark"), "needs tshark"))
struct RareFramesTests {
  @Test func `headers of every sort are shown as Wireshark shows them`() async throws {
    #expect(RareFrames.all.count > 200)
    try await compare(
      RareFrames.all,
      everyFieldOf: [
        "net_packet_ipv4", "net_packet_ipv6", "net_packet_tcp", "net_packet_udp",
        "net_packet_icmp", "net_packet_icmpv6",
      ])
  }

  @Test func `a thousand headers with random fields are shown as Wireshark shows them`()
    async throws
  {
    var random = SplitMix.ofTest()
    let frames = (0..<1_000).map { RandomFrames.frame($0, &random) }
    try await compare(
      frames,
      everyFieldOf: [
        "net_packet_ipv4", "net_packet_ipv6", "net_packet_tcp", "net_packet_udp",
        "net_packet_icmp", "net_packet_icmpv6",
      ])
  }

  @Test func `messages of DNS that nobody here sends are shown as Wireshark shows them`()
    async throws
  {
    #expect(RareMessages.messages.count > 50)
    try await compare(
      RareMessages.datagrams + RareMessages.segments,
      everyFieldOf: ["net_packet_dns", "net_packet_dns_request", "net_packet_dns_response"])
  }

  private func compare(_ frames: [[UInt8]], everyFieldOf events: Set<String>) async throws {
    try await withStage { stage in
      let path = try stage.folder() + "/frames.pcap"
      try Data(SampleCapture().pcap(frames)).write(to: URL(filePath: path))
      // Each frame is a second after the one before.
      let count = try await Tshark.compare(path, each: 1_000_000_000, everyFieldOf: events)
      #expect(count == frames.count)
    }
  }
}

extension Tshark {
  /// Expects that each event that the built binary gives of a capture says what Wireshark says of its packet.
  ///
  /// - Parameters:
  ///   - path: a capture whose frames come at equal intervals.
  ///   - interval: in nanoseconds.
  ///   - events: whose every field of the table must be in some packet.
  /// - Returns: how many frames the capture has.
  static func compare(
    _ path: String, each interval: UInt64, everyFieldOf events: Set<String>,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Int {
    let theirs = try await Tshark(path)
    let replayed = try await outcome(
      of: [Tracer.path, "replay", path, "-o", "json", "-e", "net_packet_*"])
    #expect(replayed.ending == .exited(0), "\(replayed.errors)", sourceLocation: sourceLocation)
    var ours: [Int: [TracedEvent]] = [:]
    for line in replayed.output.split(separator: "\n") {
      let event = try TracedEvent(line: Array(line.utf8))
      ours[Int(event.timestamp / interval), default: []].append(event)
    }
    #expect(
      ours.count == theirs.packets.count, "every frame gives an event of IP at least",
      sourceLocation: sourceLocation)
    theirs.expectSame(ours, everyFieldOf: events, sourceLocation: sourceLocation)
    #expect(
      replayed.errors.contains("undecodable 0,"), "\(replayed.errors)",
      sourceLocation: sourceLocation)
    return theirs.packets.count
  }
}
