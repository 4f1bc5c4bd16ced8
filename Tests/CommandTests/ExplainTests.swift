// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

struct ExplainTests {
  private static let policy = """
    type: policy
    name: web
    scope: ["uid=1000"]
    rules:
      - event: net_packet_tcp
        filters: ["data.dst_port=443", "data.dst!=10.0.0.0/8"]
    """

  private func explain(_ arguments: String..., policy: String = policy) async throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(policy.utf8).write(to: folder.appending(path: "web.yaml"))
    return try await outcome(of: [Tracer.path, "explain", folder.path] + arguments)
  }

  @Test func `rules are explained with what they cost, without a kernel`() async throws {
    let outcome = try await explain()
    #expect(outcome.ending == .exited(0) && outcome.errors == "")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines[0].hasPrefix(
        "1 policy, 1 rule, 1 event; kernel filters 3, user-space filters 0; tables "))
    #expect(
      lines[3...6] == [
        "  rule 1, line 5, bit 0: net_packet_tcp",
        "    kernel      uid=1000              3 regions, 2 entries",
        "    kernel      data.dst_port=443     3 regions",
        "    kernel      data.dst!=10.0.0.0/8  3 regions, 2 entries",
      ])
    let table = lines[8...].map { $0.split(separator: " ").first.map(String.init) ?? "" }
    #expect(table.starts(with: ["TABLE", "tp_plans", "tp_rows"]))
    #expect(table.contains("tp_destinations") && table.contains("tp_port_classes"))
  }

  @Test func `JSON says the same as the text`() async throws {
    let outcome = try await explain("--format", "json")
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let object = try #require(value as? [String: Any])
    let tables = try #require(object["tables"] as? [[String: Any]])
    #expect(object["bytes"] as? Int == tables.reduce(0) { $0 + ($1["bytes"] as? Int ?? 0) })
    let policies = try #require(object["policies"] as? [[String: Any]])
    #expect(policies.map { $0["name"] as? String } == ["web"])
  }

  @Test func `a packet is judged by every rule`() async throws {
    let outcome = try await explain(
      "--packet", "egress tcp 10.0.0.5:40000 > 1.1.1.1:443", "--owner", "uid=0")
    #expect(outcome.ending == .exited(0))
    #expect(
      outcome.output == """
        egress tcp 10.0.0.5:40000 > 1.1.1.1:443, owned by uid=0

        no match  web, rule 1: net_packet_tcp
                    uid=1000: the owner has 0

        0 of 1 rule matches

        """)
  }

  @Test func `what cannot be understood is a wrong use, and wrong policies are findings`()
    async throws
  {
    let packet = try await explain("--packet", "egres tcp 1.1.1.1:1 > 1.1.1.1:2")
    #expect(packet.ending == .exited(64))
    #expect(packet.errors.contains("did you mean `egress`"))
    let owner = try await explain("--owner", "comm=nc")
    #expect(owner.ending == .exited(64))
    #expect(owner.errors.contains("--owner needs --packet"))
    let wrong = try await explain(policy: Self.policy.replacing("uid=", with: "uidd="))
    #expect(wrong.ending == .exited(1) && wrong.output == "")
    let missing = try await outcome(of: [Tracer.path, "explain", "/nowhere"])
    #expect(missing.ending == .exited(2))
  }
}
