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
      let theirs = try await Tshark(path)
      try #require(theirs.packets.count == frames.count)
      let replayed = try await outcome(
        of: [Tracer.path, "replay", path, "-o", "json", "-e", "net_packet_*"])
      #expect(replayed.ending == .exited(0), "\(replayed.errors)")
      var ours: [Int: [TracedEvent]] = [:]
      for line in replayed.output.split(separator: "\n") {
        let event = try TracedEvent(line: Array(line.utf8))
        // Each frame is a second after the one before.
        ours[Int(event.timestamp / 1_000_000_000), default: []].append(event)
      }
      #expect(ours.count == frames.count, "every frame gives an event of IP at least")
      theirs.expectSame(ours, everyFieldOf: events)
      #expect(replayed.errors.contains("undecodable 0,"), "\(replayed.errors)")
    }
  }
}
