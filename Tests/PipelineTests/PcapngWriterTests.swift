// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Glibc
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

@Suite struct PcapngWriterTests {
  static let plan = TracePlan(
    policies: ["web", "all, \u{e9}"],
    rules: [
      PlanRule(policy: 0, event: .tcp), PlanRule(policy: 1, event: .tcp),
      PlanRule(policy: 1, event: .ipv4),
      PlanRule(policy: 0, event: .udp),
    ])

  /// Emits records to a new file, and gives the file's path to `body`.
  private func capture<Result>(
    _ records: [SampleRecord], _ body: (String) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      let path = folder + "/events.pcapng"
      let output = try Output(
        Destination(.pcap, path: path), clock: BootClock(epochOffset: 1_700_000_000_000_000_000))
      var emitter = Emitter(outputs: [output])
      emitter.add(Self.plan, generation: 1)
      for record in records {
        let bytes = record.bytes
        emitter.consume(bytes.span.bytes)
      }
      _ = try emitter.outputs.finish()
      #expect(output.account.written == emitter.counts.events)
      return try body(path)
    }
  }

  private static var records: [SampleRecord] {
    let segment = SamplePacket.ipv4(6, SamplePacket.tcp())
    var owned = SampleRecord(segment, row: [0b0111])
    owned.own()
    var cut = SampleRecord(Array(segment[..<51]), row: [0b0001])
    cut.header.length = 1_500
    cut.header.direction = UInt8(TP_EGRESS.rawValue)
    return [owned, SampleRecord(segment, row: [0b1000]), cut]
  }

  @Test func `a packet is one block with all its events, and only those that gave one`() throws {
    let frames = try capture(Self.records) { path in
      var reader = try CaptureReader.open(path)
      var frames: [(CaptureFrame, [UInt8])] = []
      while reader.next() {
        let (frame, input) = (reader.frame, reader.input)
        frames.append((frame, frame.place.map { input.bytes.byte($0) }))
      }
      #expect(reader.faults == CaptureFaults())
      return frames
    }
    let packets = Self.records.map(\.packet)
    #expect(frames.map(\.1) == [packets[0], packets[2]])
    #expect(frames.map(\.0.length) == [packets[0].count, 1_500])
    #expect(frames.map(\.0.direction) == [.ingress, .egress])
    #expect(frames.allSatisfy { $0.0.time == 1_700_000_001_000_000_000 && $0.0.link == .raw })
  }

  @Test(.enabled(if: access("/usr/bin/tshark", X_OK) == 0, "tshark is not installed"))
  func `tshark reads the packets and their comments`() throws {
    let text = try capture(Self.records) { path in
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/tshark")
      process.arguments = ["-r", path, "-n", "-T", "fields", "-E", "separator=|"]
      process.arguments? += ["frame.len", "frame.cap_len", "ip.src", "frame.comment"]
        .flatMap { ["-e", $0] }
      let pipe = Pipe()
      process.standardOutput = pipe
      process.standardError = FileHandle.nullDevice
      try process.run()
      let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      return String(decoding: output, as: UTF8.self)
    }
    let lines = text.split(separator: "\n").map {
      $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    }
    try #require(lines.count == 2)
    #expect(lines[0][..<3] == ["52", "52", "192.168.200.50"])
    #expect(
      lines[0][3].hasPrefix("process curl; pid 100; uid ") && lines[0][3].contains("; executable "))
    #expect(
      lines[0][3].hasSuffix("; net_packet_ipv4 for all, \u{e9}; net_packet_tcp for web,all, \u{e9}")
    )
    #expect(lines[1] == ["1500", "51", "192.168.200.50", "net_packet_tcp for web"])
  }
}
