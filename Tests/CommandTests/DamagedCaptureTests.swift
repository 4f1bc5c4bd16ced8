// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `replay` of captures in which bytes were changed, cut out and put in at random.
struct DamagedCaptureTests {
  /// What is damaged: packets of each protocol, and a message and a head in several segments, in three forms.
  private static let captures: [[UInt8]] = {
    let frames = ReplayTests.frames + ReplayTests.segments
    return [false, true].flatMap { isBig in
      let sample = SampleCapture(isBig: isBig)
      let blocks = frames.enumerated().map { number, frame in
        sample.packet(frame, time: UInt64(number) << 20, flags: UInt32(1 + number % 2))
      }
      return [
        sample.pcap(frames), sample.pcap(frames, nano: isBig, length: 9_000),
        sample.section + sample.interface(resolution: 9) + blocks.joined(),
      ]
    }
  }()

  @Test func `damaged captures end in a sentence, and never by a signal`() async throws {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "damaged").path
    var (read, refused, events) = (0, 0, 0)
    for round in 0..<60 {
      let capture = Self.captures.randomElement(using: &random) ?? []
      try Data(Self.damaged(capture, &random)).write(to: URL(filePath: file))
      let replayed = try await outcome(
        of: [Tracer.path, "replay", file, "-o", "json", "-e", "net_packet_*"])
      let words = "SEED=\(seed), round \(round): \(replayed.errors)"
      switch replayed.ending {
      case .exited(0):
        read += 1
        #expect(replayed.errors.contains("frames "), "\(words)")
      case .exited(2):
        refused += 1
        #expect(replayed.errors.contains("cannot read "), "\(words)")
        #expect(replayed.output.isEmpty, "\(words)")
      default: Issue.record("\(replayed.ending), \(words)")
      }
      // Each of them is read as an event, with all that it must have.
      events += try replayed.output.split(separator: "\n").map {
        try TracedEvent(line: Array($0.utf8))
      }.count
    }
    let sums = "SEED=\(seed): \(read) read, \(refused) refused, \(events) events"
    #expect(read > 10 && refused > 0 && events > 100, "\(sums)")
  }

  private static func damaged(_ capture: [UInt8], _ random: inout SplitMix) -> [UInt8] {
    var bytes = capture
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes.removeSubrange(place..<min(place + 3, bytes.count - 1))
      case 1: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
      case 2: bytes[place] = [0, 0xff, 0x7f, 0x80].randomElement(using: &random) ?? 0
      default: bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
    }
    if Bool.random(using: &random) {
      bytes = Array(bytes.prefix(Int.random(in: 24...max(24, bytes.count), using: &random)))
    }
    return bytes
  }
}
