// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// More owners at once than can be kept for records that tell only an id, and all come back.
  @Suite struct ManyOwners {
    private static let threads = 4
    private static let names = 2000
    private static let turns = 5000
    private static let firstPort: UInt64 = 10_000

    @Test func `each of thousands of owners is shown with its own packets`() async throws {
      let seed = SplitMix.seed()
      try await withOwnerScene { scene in
        let file = try scene.stage.folder() + "/events"
        let policy = policy(
          "all", events: "net_packet_udp", "data.metadata.direction=egress", "data.dst=127.98.7.6")
        let tracer = try await scene.stage.tracer([
          "apply", "-p", try scene.stage.folder(["1.yaml": policy]), "-o", "json:\(file)",
          "--cgroup", scene.group.directory, "--buffer", "64M",
        ])
        let program = try scene.start(
          "names", "127.98.7.6", "\(Self.names)", "\(Self.turns)", "\(seed)")
        #expect(try await program.end() == .exited(0), "\(program.errorText)")
        var threads: [Int: Int] = [:]
        for number in 0..<Self.threads {
          let line = try await program.line(startingWith: "thread \(number): ")
          threads[Int(line.trimmingCharacters(in: .whitespaces)) ?? 0] = number
        }
        tracer.process.send(SIGINT)
        #expect(try await tracer.process.end() == .exited(0), "\(tracer.process.errorText)")

        let lines = try Data(contentsOf: URL(filePath: file)).split(separator: UInt8(ascii: "\n"))
        try Ledger(parsing: tracer.process.errorText).check(events: lines.count)
        #expect(lines.count == Self.threads * Self.turns)
        var faults: [String] = []
        for line in lines {
          let event = try SentDatagram(line)
          guard let thread = threads[event.thread] else {
            faults.append("thread \(event.thread) of none")
            continue
          }
          let expected = "\(thread)-\(event.port - Int(Self.firstPort))"
          if event.name != expected { faults.append("\(event.name) for \(expected)") }
        }
        #expect(faults.isEmpty, "\(faults.count) of \(lines.count): \(faults.prefix(5))")
      }
    }

    /// As much of an event as tells who sent it, and by its port who should have.
    private struct SentDatagram {
      let name: String
      let thread: Int
      let port: Int

      init(_ line: Data) throws {
        guard let object = try JSONSerialization.jsonObject(with: line) as? [String: Any],
          let arguments = object["args"] as? [[String: Any]],
          let port = arguments.first(where: { $0["name"] as? String == "dst_port" })?["value"],
          let name = object["processName"] as? String,
          let thread = object["hostThreadId"] as? NSNumber, let port = port as? NSNumber
        else { throw TracerFault("no event: \(String(decoding: line, as: UTF8.self))") }
        self.name = name
        self.thread = thread.intValue
        self.port = port.intValue
      }
    }
  }
}
