// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What only a terminal shows.
struct TerminalTests {
  private static let bold = "\u{1b}[1m"
  private static let escape: Character = "\u{1b}"

  /// Runs the tracer on a terminal, and returns what that shows.
  private func shown(
    _ arguments: String..., noColour: String? = nil, columns: UInt16 = 120, exits code: CInt = 0
  ) async throws -> String {
    let process = try TerminalProcess(
      [Tracer.path] + arguments, variables: ["NO_COLOR": noColour, "TZ": "UTC"], columns: columns)
    #expect(try await process.end() == .exited(code), "\(process.text)")
    return process.text
  }

  private func withFile<Result>(
    _ name: String, _ bytes: some Sequence<UInt8>, _ body: (String) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: name)
    try Data(bytes).write(to: file)
    return try await body(file.path)
  }

  private static let capture = SampleCapture().pcap(ReplayTests.frames)

  @Test func `events are a table in colours on a terminal`() async throws {
    try await withFile("a.pcap", Self.capture) { file in
      let text = try await shown("replay", file, "-e", "net_packet_udp")
      #expect(text.contains("\(Self.bold)TIME "), "\(text)")
      #expect(text.contains("\u{1b}[36mudp "), "\(text)")
      #expect(text.contains("10.0.0.2:40000 → 10.0.0.9:80"), "\(text)")
      #expect(!text.contains("{"), "\(text)")
    }
  }

  @Test func `a table has no colours when NO_COLOR is set, and has when it is empty`()
    async throws
  {
    try await withFile("a.pcap", Self.capture) { file in
      let plain = try await shown("replay", file, "-e", "net_packet_udp", noColour: "1")
      #expect(plain.contains("TIME ") && plain.contains("10.0.0.2:40000 → 10.0.0.9:80"))
      #expect(!plain.contains(Self.escape), "\(plain.debugDescription)")
      let empty = try await shown("replay", file, "-e", "net_packet_udp", noColour: "")
      #expect(empty.contains(Self.bold))
    }
  }

  @Test(arguments: [(0, 80), (40, 60), (80, 80), (200, 200)] as [(UInt16, Int)])
  func `a table has the width of the terminal, or the one that is asked for`(
    columns: UInt16, width: Int
  ) async throws {
    try await withFile("a.pcap", Self.capture) { file in
      let names = (0..<40).map { "policy-\($0)" }
      let policies = names.map { name in
        """
        {type: policy, name: \(name), scope: [global], rules: [{event: net_packet_udp, filters: [data.src=10.0.0.2]}]}

        """
      }.joined(separator: "---\n")
      try await withFile("p.yaml", Array(policies.utf8)) { policy in
        func widest(_ text: String) -> Int {
          text.split(whereSeparator: \.isNewline)
            .filter { $0.hasPrefix("TIME ") || $0.contains(" → ") }
            .map(\.count).max() ?? 0
        }
        let printed = try await shown(
          "replay", file, "-p", policy, noColour: "1", columns: columns)
        let asked = try await shown(
          "replay", file, "-p", policy, "--width", "100", noColour: "1", columns: columns)
        #expect((1...width).contains(widest(printed)), "\(printed)")
        #expect((1...100).contains(widest(asked)) && asked.contains("+39 "), "\(asked)")
        #expect((width == 200) == printed.contains("policy-0,policy-1"), "\(printed)")
      }
    }
  }

  @Test func `what is asked for comes on a terminal, too`() async throws {
    try await withFile("a.pcap", Self.capture) { file in
      let text = try await shown("replay", file, "-e", "net_packet_udp", "-o", "json")
      let events = text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("{") }
      #expect(try events.map { try TracedEvent(line: Array($0.utf8)).name }.count == 3)
      #expect(!text.contains(Self.escape))
    }
  }

  @Test func `findings are in colours on a terminal, unless NO_COLOR is set`() async throws {
    try await withFile("a.yaml", Array("type: policy\nname: a\n".utf8)) { file in
      let coloured = try await shown("lint", file, exits: 1)
      #expect(coloured.contains(Self.escape), "\(coloured)")
      let plain = try await shown("lint", file, noColour: "1", exits: 1)
      #expect(plain.contains("error["), "\(plain)")
      #expect(!plain.contains(Self.escape), "\(plain.debugDescription)")
      let uncoloured = coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "")
      #expect(uncoloured == plain)
    }
  }

  @Test func `a terminal is refused a capture, which a file takes`() async throws {
    try await withFile("a.pcap", Self.capture) { file in
      let refused = try await shown("replay", file, "-o", "pcap", exits: 64)
      #expect(
        refused.contains("cannot write pcap to a terminal; name a file with --output pcap:PATH"))
      #expect(!refused.contains("ready"))
      _ = try await shown("replay", file, "-e", "net_packet_udp", "-o", "pcap:\(file).new")
      #expect(FileManager.default.fileExists(atPath: "\(file).new"))
    }
  }

  @Test func `how far a large capture is read is shown on a terminal, and taken away`()
    async throws
  {
    let packet = ReplayTests.datagram(to: 80) + [UInt8](repeating: 0, count: 268)
    let record = SampleCapture().record(packet)
    var capture = SampleCapture().pcap([])
    capture.reserveCapacity((65 << 20) + record.count)
    while capture.count < 65 << 20 { capture += record }
    try await withFile("large.pcap", capture) { file in
      let process = try TerminalProcess(
        [Tracer.path, "replay", file, "-e", "net_packet_tcp", "-o", "none"])
      #expect(try await process.end(within: .seconds(120)) == .exited(0), "\(process.text)")
      let text = process.text
      let shares = text.matches(of: /\r\[=* *\] (\d+) %/).compactMap { Int($0.output.1) }
      #expect(!shares.isEmpty && shares == shares.sorted(), "\(text.debugDescription)")
      #expect(shares.allSatisfy { (0...100).contains($0) })
      #expect(text.contains("\r\u{1b}[Ktracee-policy: done: "), "\(text.debugDescription)")
    }
  }
}
