// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `test`, `diff` and `replay --owners` as a user runs them.
struct TestCommandTests {
  private static let policy = """
    type: policy
    name: web
    scope: ["comm=curl"]
    rules:
      - event: net_packet_tcp
        filters: ["data.dst_port=443"]
    """
  private static let tests = """
    kind: PolicyTest
    policies: [web.yaml]
    owners: { curl: comm=curl }
    tests:
      - name: seen
        packet: egress tcp 10.0.0.5:40000 > 1.1.1.1:443 SYN
        owner: curl
        expect: { web: [net_packet_tcp] }
      - name: not seen
        packet: egress tcp 10.0.0.5:40000 > 1.1.1.1:80 SYN
        owner: curl
        expect: {}
    """

  /// A folder with files, removed after the test.
  private func folder(_ files: [String: String]) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    return folder
  }

  private func command(_ arguments: [String], _ files: [String: String]) async throws -> Outcome {
    let folder = try folder(files)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await outcome(
      of: [Tracer.path] + arguments.map { $0.replacing("FOLDER", with: folder.path) })
  }

  private static let both = ["web.yaml": policy, "web.test.yaml": tests]

  @Test func `tests that pass exit with 0, one that fails with 1`() async throws {
    let passed = try await command(["test", "FOLDER"], Self.both)
    #expect(passed.ending == .exited(0) && passed.errors == "")
    #expect(passed.output.contains("web.test.yaml:5: seen\n"))
    #expect(passed.output.contains("2 tests passed, in "))
    let edited = Self.both.merging(["web.yaml": Self.policy.replacing("443", with: "444")]) { $1 }
    let failed = try await command(["test", "FOLDER", "--fail-only"], edited)
    #expect(failed.ending == .exited(1))
    #expect(failed.output.contains("policy web does not report net_packet_tcp"))
    #expect(failed.output.contains("web.yaml:6:15: rule 1: data.dst_port=444: the packet has 443"))
    #expect(!failed.output.contains("not seen"))
  }

  @Test func `a file of tests that is wrong exits with 2, and nothing is run`() async throws {
    let wrong = try await command(
      ["test", "FOLDER"],
      Self.both.merging(["web.test.yaml": Self.tests.replacing("owner: curl", with: "owner: crul")])
      { $1 })
    #expect(wrong.ending == .exited(2) && wrong.output == "")
    #expect(wrong.errors.contains("error[invalid-value]: no owner is named `crul`"))
    #expect(wrong.errors.contains("did you mean `curl`?"))
    let missing = try await command(["test", "FOLDER/nowhere"], Self.both)
    #expect(missing.ending == .exited(2))
    let none = try await command(["test", "FOLDER"], ["web.yaml": Self.policy])
    #expect(none.ending == .exited(2) && none.errors.contains(".test.yaml"))
    let usage = try await command(["test", "FOLDER", "--run", "("], Self.both)
    #expect(usage.ending == .exited(64))
    let unmatched = try await command(["test", "FOLDER", "--run", "nonsense"], Self.both)
    #expect(unmatched.ending == .exited(64))
  }

  @Test(arguments: ["tap", "junit", "json", "github"])
  func `each format can be read`(format: String) async throws {
    let outcome = try await command(["test", "FOLDER", "--format", format], Self.both)
    #expect(outcome.ending == .exited(0))
    switch format {
    case "tap": #expect(outcome.output.hasPrefix("TAP version 14\n1..2\nok 1 - "))
    case "junit": #expect(try XMLDocumentText(outcome.output).isWellFormed)
    case "json":
      let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      #expect((value as? [String: Any])?["tests"] as? Int == 2)
    default: #expect(outcome.output.hasPrefix("2 tests passed"))
    }
  }

  /// Enough of an XML reader to see that every element is closed.
  private struct XMLDocumentText {
    let isWellFormed: Bool

    init(_ text: String) throws {
      var open: [String] = []
      var isFine = true
      for match in text.matches(of: /<(\/?)([a-z]+)[^>]*?(\/?)>/) {
        if !match.output.1.isEmpty {
          isFine = isFine && open.popLast() == String(match.output.2)
        } else if match.output.3.isEmpty {
          open.append(String(match.output.2))
        }
      }
      isWellFormed = isFine && open.isEmpty
    }
  }

  @Test func `coverage below the threshold fails`() async throws {
    let enough = try await command(
      ["test", "FOLDER", "--coverage", "--threshold", "50"], Self.both)
    #expect(enough.ending == .exited(0) && enough.output.contains("coverage "))
    let short = try await command(
      ["test", "FOLDER", "--coverage", "--threshold", "100"], Self.both)
    #expect(short.ending == .exited(1) && short.errors.contains("less than 100 %"))
    #expect(short.output.contains("comm=curl: refused by no test"))
  }

  @Test func `files of tests beside policies are left alone`() async throws {
    let lint = try await command(["lint", "FOLDER"], Self.both)
    #expect(
      lint.ending == .exited(0) && lint.output.contains("no problems in 1 policy of 2 files"))
    let explain = try await command(["explain", "FOLDER"], Self.both)
    #expect(explain.ending == .exited(0) && explain.output.hasPrefix("1 policy, 1 rule"))
  }

  @Test func `diff prints packets that explain confirms, and its exit code is the answer`()
    async throws
  {
    let folder = try folder([
      "old.yaml": Self.policy, "new.yaml": Self.policy.replacing("443", with: "443-445"),
    ])
    defer { try? FileManager.default.removeItem(at: folder) }
    let (old, new) = (folder.path + "/old.yaml", folder.path + "/new.yaml")
    let diff = try await outcome(of: [Tracer.path, "diff", old, new])
    #expect(diff.ending == .exited(1) && diff.errors == "")
    #expect(diff.output.hasSuffix("1 gained, 0 lost\n"))
    let words = diff.output.matches(of: /--(packet|owner) '([^']*)'/).map { String($0.output.2) }
    try #require(words.count == 2)
    for (path, verdict) in [(old, "no match"), (new, "matches")] {
      let explain = try await outcome(
        of: [Tracer.path, "explain", path, "--packet", words[0], "--owner", words[1]])
      #expect(explain.output.contains("\n\(verdict)"), "\(explain.output)")
    }
    let same = try await outcome(of: [Tracer.path, "diff", old, old])
    #expect(same.ending == .exited(0))
    #expect(same.output.hasSuffix("the same packets give the same events\n"))
    let noLoss = try await outcome(of: [Tracer.path, "diff", old, new, "--no-loss"])
    #expect(noLoss.ending == .exited(0))
    let noGain = try await outcome(of: [
      Tracer.path, "diff", old, new, "--no-gain", "--format", "markdown",
    ])
    #expect(
      noGain.ending == .exited(1)
        && noGain.output.contains("| gained | web | net_packet_tcp | `egress tcp"))
    let missing = try await outcome(of: [Tracer.path, "diff", old, "/nowhere"])
    #expect(missing.ending == .exited(2))
  }
}
