// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The scripts in the actions for GitHub, run as a runner does.
@Suite(.enabled(if: Machine.has("bash"), "needs bash")) struct ActionStepTests {
  private static let actions = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../.github/actions").standardizedFileURL

  /// The scripts of an action: the blocks after `run: |`, in order.
  private static func scripts(of action: String) throws -> [String] {
    let file = actions.appending(path: "\(action)/action.yaml")
    let lines = try String(contentsOf: file, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.filter { lines[$0].hasSuffix("run: |") }.map { start in
      let indent = lines[start].prefix { $0 == " " } + "  "
      return lines[(start + 1)...].prefix { $0.hasPrefix(indent) }
        .map { $0.dropFirst(indent.count) }.joined(separator: "\n")
    }
  }

  /// A checkout with a right policy, its test, and a broken policy.
  private static let files = [
    "policies/web.yaml": """
    type: policy
    name: web
    scope: [global]
    rules: [{ event: net_packet_tcp, filters: [data.dst_port=443] }]
    """,
    "policies/web.test.yaml": """
    kind: PolicyTest
    policies: [web.yaml]
    tests:
      - name: https
        packet: egress tcp 10.0.0.5:40000 > 1.1.1.1:443 SYN
        expect: { web: [net_packet_tcp] }
      - name: another port
        packet: egress tcp 10.0.0.5:40000 > 1.1.1.1:442 SYN
        expect: {}
    """,
    "other/broken.yaml": """
    type: policy
    name: broken
    scope: [global]
    rules: [{ event: net_packet_tcp, filters: [data.dts_port=443] }]
    """,
  ]

  private func step(
    _ number: Int, of action: String, _ environment: [String: String],
    programs: [String: String] = [:]
  ) async throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = try Self.scripts(of: action)[number]
    for (path, text) in Self.files.merging(["step.sh": script], uniquingKeysWith: { $1 }) {
      let file = folder.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    for (name, text) in programs {
      // Not by this process: a child that another test starts meanwhile would hold the file open, and it could not be executed.
      try await run(
        "sh", "-c", #"mkdir -p "$1" && printf %s "$2" >"$1/$3" && chmod +x "$1/$3""#, "sh",
        "\(folder.path)/bin", text, name)
    }
    let tracer = URL(filePath: Tracer.path).deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try await outcome(
      of: ["env", "-C", folder.path, "PATH=\(folder.path)/bin:\(tracer):\(path)"]
        + ["RUNNER_TEMP=\(folder.path)/temp"] + environment.map { "\($0)=\($1)" }
        + ["bash", "--noprofile", "--norc", "-eo", "pipefail", "step.sh"])
  }

  @Test(arguments: [
    ("policies", "false", 0), ("policies other", "false", 1), ("policies\nother\n", "false", 1),
    ("  other  ", "true", 1), ("policies/web.yaml\n", "true", 0), ("absent", "false", 2),
    ("-x", "false", 2),
  ])
  func `policies are checked in each path, and what is wrong is shown in the pull request`(
    paths: String, strict: String, code: Int32
  ) async throws {
    let result = try await step(1, of: "lint", ["PATHS": paths, "STRICT": strict])
    #expect(result.ending == .exited(code), "\(result.output)\(result.errors)")
    if code == 1 {
      #expect(
        result.output.contains(
          "::error file=other/broken.yaml,line=4,endLine=4,col=44,endColumn=56,"
            + "title=unknown-field::no event has a field `data.dts_port`"), "\(result.output)")
    }
  }

  @Test(arguments: [
    ("policies", "", 0), ("policies\npolicies/web.test.yaml", "100", 0), ("other", "", 2),
    ("policies\nother", "", 2),
  ])
  func `tests are run in each path`(paths: String, threshold: String, code: Int32) async throws {
    let result = try await step(1, of: "test", ["TESTS": paths, "THRESHOLD": threshold])
    #expect(result.ending == .exited(code), "\(result.output)\(result.errors)")
  }

  @Test(arguments: ["lint", "test"])
  func `a package is fetched and installed`(action: String) async throws {
    let result = try await step(
      0, of: action, ["PACKAGE": "https://example.org/a b.deb"],
      programs: [
        "curl": "#!/bin/sh\nprintf 'curl'; printf ' [%s]' \"$@\"; echo\n",
        "sudo": "#!/bin/sh\nprintf 'sudo'; printf ' [%s]' \"$@\"; echo\n",
      ])
    #expect(result.ending == .exited(0), "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    try #require(lines.count == 2)
    #expect(lines[0].hasSuffix(" [https://example.org/a b.deb]"))
    #expect(lines[1].hasPrefix("sudo [apt-get] [install] [--yes]"))
    #expect(lines[1].hasSuffix("/temp/tracee-policy.deb]"))
  }
}
