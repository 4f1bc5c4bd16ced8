// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import TestSupport
import Testing

struct ListTests {
  private func list(_ arguments: String...) async throws -> Outcome {
    try await outcome(of: [Tracer.path, "list"] + arguments)
  }

  @Test func `events are listed by number, name, sets and what they are`() async throws {
    let outcome = try await list("events")
    #expect(outcome.ending == .exited(0))
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 1 + EventKind.allCases.count)
    #expect(lines[0].hasPrefix("ID    NAME"))
    #expect(
      lines[3]
        == "2002  net_packet_tcp            network_events          a TCP segment over IPv4 or IPv6"
    )
  }

  @Test func `an event is listed by its fields`() async throws {
    let outcome = try await list("events", "net_packet_udp")
    #expect(outcome.ending == .exited(0))
    let fields = outcome.output.split(separator: "\n").dropFirst().compactMap {
      $0.split(separator: " ").first.map(String.init)
    }
    #expect(fields == EventKind.udp.fields.map(\.key))
  }

  @Test func `an event that is none is a wrong use, with the nearest`() async throws {
    let outcome = try await list("events", "net_packet_upd")
    #expect(outcome.ending == .exited(64))
    #expect(outcome.output == "")
    #expect(
      outcome.errors.contains("There is no event 'net_packet_upd': did you mean `net_packet_udp`"))
  }

  @Test(arguments: ["events", "sets", "scopes"])
  func `JSON is a list whose elements have names`(what: String) async throws {
    let outcome = try await list(what, "--format", "json")
    let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let names = try #require(value as? [[String: Any]]).compactMap { $0["name"] as? String }
    let expected: [String] =
      switch what {
      case "events": EventKind.allCases.map(\.name)
      case "sets": EventSet.allCases.map(\.rawValue)
      default: ScopeCatalog.words.map(\.name) + ScopeCatalog.keys.map(\.name)
      }
    #expect(names == expected)
  }

  @Test func `policies are listed as far as they are right, and what is wrong is said`()
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let good = folder.appending(path: "a.yaml")
    let bad = folder.appending(path: "b.yaml")
    try "{type: policy, name: a, scope: [uid=0], rules: [{event: 'net_packet_tcp,net_packet_udp'}]}"
      .write(to: good, atomically: true, encoding: .utf8)
    try "{type: policy, name: b, scope: [global], rules: [{event: net_packet_tpc}]}"
      .write(to: bad, atomically: true, encoding: .utf8)

    let clean = try await list("policies", good.path)
    #expect(clean.ending == .exited(0))
    #expect(
      clean.output == """
        POLICY  SCOPE  RULES  EVENTS                         FILE
        a       uid=0  1      net_packet_tcp,net_packet_udp  \(good.path)

        """)
    let wrong = try await list("policies", folder.path)
    #expect(wrong.ending == .exited(1))
    #expect(wrong.errors.contains("\(bad.path):1:"))
    #expect(wrong.errors.contains("[unknown-event]"))
    #expect(try await list("policies", folder.path + "/none").ending == .exited(2))
  }
}
