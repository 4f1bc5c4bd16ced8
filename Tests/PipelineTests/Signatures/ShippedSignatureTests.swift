// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

/// The signatures under `examples/signatures`, each with a capture and what it finds in it.
struct ShippedSignatureTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "examples/signatures").path

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/capture.pcapng") }.sorted()

  /// The policy files of a signature, with those of others whose findings it takes.
  private func paths(_ name: String) -> [String] {
    ["\(Self.folder)/\(name)"]
      + (name == "failed-connections" ? ["\(Self.folder)/unanswered-syn/signature.yaml"] : [])
  }

  private func lines(_ plan: TracePlan, _ capture: String) throws -> [String] {
    try withTemporaryFolder { folder in
      let path = folder + "/events"
      let output = try Output(
        Destination(.json, path: path), clock: BootClock(epochOffset: 0))
      var run = ReplayRun(
        plan, try CaptureReader.open("\(Self.folder)/\(capture)/capture.pcapng"), outputs: [output])
      try run.run()
      #expect(run.ledger.ledger.imbalances == [])
      let text = try String(contentsOfFile: path, encoding: .utf8)
      return text.split(separator: "\n").map(String.init)
    }
  }

  @Test(arguments: names) func `it has tests, some in which nothing is found, and all pass`(
    name: String
  ) throws {
    let set = TestSet.load(paths: ["\(Self.folder)/\(name)/signature.test.yaml"])
    try #require(set.failures.isEmpty && set.diagnostics.isEmpty, "\(set.diagnostics)")
    let suite = try #require(set.suites.first)
    var (quiet, loud) = (0, 0)
    for test in suite.cases {
      let failures =
        FindingTest.failures(of: test, in: suite) + CaptureTest.result(of: test, in: suite).failures
      #expect(failures.isEmpty, "\(test.name)")
      guard case .counts(let counts) = test.expectation else { continue }
      #expect(counts.contains { $0.signature != nil }, "\(test.name)")
      if counts.allSatisfy({ $0.count == 0 }) { quiet += 1 } else { loud += 1 }
    }
    #expect(quiet > 0 && loud > 0)
  }

  @Test func `there are sixteen`() { #expect(Self.names.count == 16) }

  @Test(arguments: names) func `it finds what it should in its capture, and nothing else`(
    name: String
  ) throws {
    let checked = PolicySet.load(paths: paths(name)).checked()
    let found = checked.diagnostics.filter { $0.severity != .note }
    #expect(found.isEmpty, "\(found.map(ConciseRenderer.line))")
    let plan = try #require(checked.plan)
    let lines = try lines(plan, name)
    let file = "\(Self.folder)/\(name)/findings.jsonl"
    if ProcessInfo.processInfo.environment["UPDATE_FINDINGS"] != nil {
      try (lines.joined(separator: "\n") + "\n").write(
        toFile: file, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOfFile: file, encoding: .utf8)
    #expect(!lines.isEmpty)
    #expect(lines == expected.split(separator: "\n").map(String.init))
    #expect(try self.lines(plan, name) == lines, "a replay gives the same bytes each time")
  }

  @Test func `what a policy finds does not depend on other policies`() throws {
    func plan(_ policies: String) throws -> TracePlan {
      let signatures = try Self.names.map { name in
        SourceFile(
          name: "\(Self.folder)/\(name)/signature.yaml",
          bytes: Array(try Data(contentsOf: URL(filePath: "\(Self.folder)/\(name)/signature.yaml")))
        )
      }
      let list = "\(Self.folder)/dns-tunnel/own-zones.txt"
      let set = PolicySet.parse(
        signatures + [SourceFile(name: "policies", bytes: Array(policies.utf8))],
        lists: [list: ValueList(reading: try SourceFile.read(list))])
      return try #require(set.checked().plan)
    }
    let a = "type: policy\nname: a\nscope: [global]\nrules: [{ event: signatures }]\n"
    let b = """
      ---
      type: policy
      name: b
      scope: [global]
      rules:
        - { event: "tag=e2e" }
        - { event: net_packet_tcp, filters: [data.dst_port=443] }
        - { event: port-scan, filters: ["data.ports>=50"] }
        - { event: dns-tunnel, filters: [data.zone=other.example] }
      """
    let (alone, beside) = (try plan(a), try plan(a + b))
    for name in Self.names {
      let wanted = try lines(alone, name)
      let found = try lines(beside, name)
        .filter { $0.contains("\"matchedPolicies\":[\"a\"") }
        .map { $0.replacing("[\"a\",\"b\"]", with: "[\"a\"]") }
      #expect(found == wanted, "\(name)")
      #expect(!wanted.isEmpty)
    }
  }
}
