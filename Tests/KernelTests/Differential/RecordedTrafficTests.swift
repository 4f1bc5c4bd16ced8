// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What real peers once sent each other, beside what Wireshark says of it, from captures that the built binary replays: neither
/// root nor the peers are needed.
///
/// `RECORD=1 swift test --filter EndToEnd.Differential` as root makes the captures anew.
@Suite(.enabled(if: Machine.has("tshark"), "needs tshark"))
struct RecordedTrafficTests {
  @Test(arguments: [
    ("names", ["net_packet_dns", "net_packet_dns_request", "net_packet_dns_response"]),
    ("pages-ipv4", ["net_packet_http", "net_packet_http_request", "net_packet_http_response"]),
    ("pages-ipv6", ["net_packet_http", "net_packet_http_request", "net_packet_http_response"]),
    ("echoes", ["net_packet_icmp", "net_packet_icmpv6", "net_packet_udp", "net_packet_tcp"]),
  ])
  func `recorded traffic is shown as Wireshark shows it`(name: String, events: [String])
    async throws
  {
    let path = WireRecording.kept.appending(path: "\(name).pcap.gz").path
    let count = try await Tshark.compare(
      path, each: WireRecording.interval, everyFieldOf: Set(events))
    #expect(count > 40)
  }
}

extension WireRecording {
  /// Where recordings are kept.
  static let kept = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Recordings")

  /// The nanoseconds between two packets of a recording that is kept.
  static let interval: UInt64 = 1_000_000

  /// Keeps the packets, from their IP headers on and at equal intervals, if `RECORD` is set.
  func keep(as name: String) async throws {
    guard ProcessInfo.processInfo.environment["RECORD"] != nil else { return }
    var bytes = SampleCapture().pcap([])
    for (place, packet) in packets.enumerated() {
      bytes += SampleCapture().record(
        packet, seconds: UInt32(place / 1_000), units: UInt32(place % 1_000) * 1_000)
    }
    let path = Self.kept.appending(path: "\(name).pcap").path
    try FileManager.default.createDirectory(at: Self.kept, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: path))
    // Without the time and the name, so that only what was recorded changes the file.
    try await run("gzip", "--no-name", "--best", "--force", path)
  }
}
