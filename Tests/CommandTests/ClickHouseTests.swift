// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

/// The example of a fleet's events in ClickHouse, with a server of it.
struct ClickHouseTests {
  private static let example = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "examples/clickhouse")

  /// The statements of a file of the example.
  private func statements(_ name: String) throws -> [String] {
    let text = try String(contentsOf: Self.example.appending(path: name), encoding: .utf8)
    return text.replacing(/--[^\n]*/, with: "").split(separator: ";").map(String.init)
      .filter { $0.contains { !$0.isWhitespace } }
  }

  /// A question of DNS about a name.
  private func question(_ name: String) -> [UInt8] {
    let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    let message: [UInt8] =
      [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels + [0, 0, 1, 0, 1]
    let (length, whole) = (UInt8(message.count + 8), UInt8(message.count + 28))
    return [0x45, 0, 0, whole, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 53]
      + [0x9c, 0x40, 0, 53, 0, length, 0, 0] + message
  }

  /// A datagram to an address that only one host talks to.
  private let rare: [UInt8] =
    [0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 198, 51, 100, 9]
    + [0x9c, 0x40, 0, 80, 0, 12, 0, 0, 1, 2, 3, 4]

  @Test(
    .enabled(
      if: ClickHouse.isThere && geteuid() == 0 && Machine.has("unshare", "hostname"),
      "needs clickhouse-server, curl, unshare, hostname and root"),
    .timeLimit(.minutes(5)))
  func `a hundred hosts send their events, and the five questions are answered`() async throws {
    try await withStage { stage in
      let server = try await ClickHouse(stage)
      for statement in try statements("schema.sql") { try await server.run(statement) }

      // Two days ago and now; each time stands for all hosts, the last for one.
      let now = UInt32(time(nil))
      let sample = SampleCapture()
      let header = sample.pcap([])
      let usual =
        header + sample.record(question("old.example"), seconds: now - 172_800)
        + sample.record(question("old.example"), seconds: now)
      let special =
        header + sample.record(question("new.example"), seconds: now)
        + sample.record(rare, seconds: now)
      let folder = try stage.folder([
        "p.yaml": """
        type: policy
        name: names
        scope: [global]
        rules:
          - event: net_packet_dns_request
        """,
        "q.yaml": """
        type: policy
        name: web
        scope: [global]
        rules:
          - event: net_packet_udp
            filters: [data.dst_port=80]
        """,
      ])
      try Data(usual).write(to: URL(filePath: folder + "/usual.pcap"))
      try Data(special).write(to: URL(filePath: folder + "/special.pcap"))
      let output =
        "http://127.0.0.1:\(server.port)/?query=INSERT%20INTO%20tracee.events%20FORMAT%20JSONEachRow,"
        + "body=clickhouse,compress=gzip,add=host"
      func replay(_ capture: String, as host: String) async throws {
        try await run(
          "unshare", "--uts", "sh", "-c", "hostname \"$0\" && exec \"$@\"", host, Tracer.path,
          "replay", "\(folder)/\(capture)", "-p", folder, "-o", output)
      }
      for number in 0..<100 { try await replay("usual.pcap", as: "host-\(number)") }
      try await replay("special.pcap", as: "host-42")
      try await server.run(
        """
        INSERT INTO tracee.events FORMAT JSONEachRow {"event":"{\\"timestamp\\":\(now)000000000,\
        \\"eventName\\":\\"lost_events\\",\\"matchedPolicies\\":[],\\"args\\":[{\\"name\\":\\"count\\",\
        \\"type\\":\\"u64\\",\\"value\\":17}],\\"host\\":\\"host-7\\"}"}
        """)
      try await server.run(
        #"INSERT INTO tracee.policies FORMAT JSONEachRow {"name":"names"}{"name":"web"}{"name":"never"}"#
      )

      let rows = try await server.run(
        "SELECT count() AS n, uniqExact(host) AS h FROM tracee.events")
      #expect(rows.first?["n"] == .string("203") && rows.first?["h"] == .string("100"))
      var answers: [[JSONValue]] = []
      for statement in try statements("questions.sql") {
        answers.append(try await server.run(statement))
      }
      try #require(answers.count == 5)
      #expect(answers[0].map { $0["host"] } == [.string("host-42")])
      #expect(answers[1].map { $0["query"] } == [.string("new.example")])
      #expect(answers[1].first?["hosts"] == .array([.string("host-42")]))
      #expect(answers[2].map { $0["policy"] } == [.string("names")])
      #expect(answers[2].first?["hosts"] == .string("100"))
      #expect(answers[3].map { $0["host"] } == [.string("host-7")])
      #expect(answers[3].first?["lost_events"] == .string("17"))
      #expect(answers[4].map { $0["name"] } == [.string("never")])
    }
  }
}
