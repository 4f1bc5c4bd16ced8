// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The step of `.github/actions/test` that compares, with a `gh` that only writes down what it is called with.
@Suite(.enabled(if: Machine.has("bash", "git", "iconv"), "needs bash, git and iconv"))
struct TestActionTests {
  private static let script = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../.github/actions/test/difference").standardizedFileURL.path
  private static let policy = """
    type: policy
    name: web
    scope: [global]
    rules: [{ event: net_packet_tcp, filters: [data.dst_port=443] }]
    """
  private static let gh = """
    #!/bin/sh
    printf '%s\\n' "$*" >>gh.log
    case "$*" in
    *--paginate*) if [ -e commented ]; then echo 77; fi ;;
    *) [ ! -e mute ] && touch commented ;;
    esac
    """

  /// A repository in which the port of a policy was changed after the first commit.
  private struct Repository {
    let folder: URL
    let base: String

    init() async throws {
      folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      for name in ["policies", "bin", "temp"] {
        try FileManager.default.createDirectory(
          at: folder.appending(path: name), withIntermediateDirectories: true)
      }
      try Data(TestActionTests.gh.utf8).write(to: folder.appending(path: "bin/gh"))
      try await run("chmod", "+x", folder.path + "/bin/gh")
      let file = folder.appending(path: "policies/web.yaml")
      try Data(TestActionTests.policy.utf8).write(to: file)
      let git = ["git", "-C", folder.path, "-c", "user.name=x", "-c", "user.email=x@y"]
      try await run(git + ["init", "--quiet"])
      try await run(git + ["add", "policies"])
      try await run(git + ["commit", "--quiet", "--message", "first"])
      base = try await run(git + ["rev-parse", "HEAD"]).trimmingCharacters(in: .newlines)
      try Data(TestActionTests.policy.replacing("443", with: "444").utf8).write(to: file)
    }

    func compare(failOn: String, policies: String = "policies") async throws -> Outcome {
      let tracer = URL(filePath: Tracer.path).deletingLastPathComponent().path
      let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
      return try await outcome(of: [
        "env", "-C", folder.path, "PATH=\(folder.path)/bin:\(tracer):\(path)",
        "POLICIES=\(policies)", "FAIL_ON=\(failOn)", "COMMENT=true", "BASE=\(base)", "NUMBER=5",
        "GITHUB_REPOSITORY=o/r", "GITHUB_STEP_SUMMARY=\(folder.path)/summary",
        "RUNNER_TEMP=\(folder.path)/temp", TestActionTests.script,
      ])
    }

    func text(_ name: String) throws -> String {
      try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
  }

  @Test func `the difference is commented once, and the comment is replaced later`() async throws {
    let repository = try await Repository()
    defer { repository.remove() }
    for _ in 0..<2 {
      let compared = try await repository.compare(failOn: "none")
      #expect(compared.ending == .exited(0), "\(compared.errors)")
    }
    let calls = try repository.text("gh.log")
    #expect(calls.contains("--method POST repos/o/r/issues/5/comments"))
    #expect(calls.contains("--method PATCH repos/o/r/issues/comments/77"))
    let summary = try repository.text("summary")
    #expect(summary.contains("### Policies: 1 gained, 1 lost"))
    #expect(summary.contains("base:policies/web.yaml:4"))
    #expect(calls.contains("### Policies: 1 gained, 1 lost"))
  }

  @Test(arguments: [("none", 0), ("gain", 1), ("loss", 1), ("any", 1), ("nonsense", 2)])
  func `the job fails on the differences that it is told to`(failOn: String, code: Int32)
    async throws
  {
    let repository = try await Repository()
    defer { repository.remove() }
    let compared = try await repository.compare(failOn: failOn)
    #expect(compared.ending == .exited(code), "\(compared.output)\(compared.errors)")
  }

  @Test func `who may not comment is warned, and policies that are wrong fail the job`()
    async throws
  {
    let repository = try await Repository()
    defer { repository.remove() }
    try Data().write(to: repository.folder.appending(path: "mute"))
    let mute = try await repository.compare(failOn: "none")
    #expect(mute.ending == .exited(0) && mute.output.contains("::warning::"), "\(mute.output)")
    let none = try await repository.compare(failOn: "any", policies: "other")
    #expect(none.ending == .exited(0), "\(none.errors)")
    let file = repository.folder.appending(path: "policies/web.yaml")
    try Data("kind: [".utf8).write(to: file)
    let wrong = try await repository.compare(failOn: "none")
    #expect(wrong.ending == .exited(2))
    let worktrees = try await run(
      ["git", "-C", repository.folder.path, "worktree", "list", "--porcelain"])
    #expect(worktrees.split(separator: "\n").count { $0.hasPrefix("worktree ") } == 1)
  }
}
