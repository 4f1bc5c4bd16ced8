// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A file that must not be applied, and what has to be said about it.
struct BadPolicy: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let text: String
  let exit: Int32
  let place: String
  let words: [String]

  init(
    _ name: String, _ text: String, exit: Int32 = 1, at place: String = "", says words: String...
  ) {
    testDescription = name
    self.text = text
    self.exit = exit
    self.place = place
    self.words = words
  }

  /// A policy that is right but for one line.
  private static func policy(event: String = "net_packet_tcp", _ filter: String) -> String {
    """
    type: policy
    name: one
    scope: [global]
    rules:
      - event: \(event)
        filters:
          - \(filter)

    """
  }

  static let all = [
    BadPolicy("an empty file", "", says: "policy"),
    BadPolicy(
      "twenty megabytes", String(repeating: "# not a policy\n", count: 1_400_000), exit: 2,
      says: "16 MiB"),
    BadPolicy("binary bytes", "\u{1}\u{2}\u{0}\u{7f}", at: ":1:", says: "syntax"),
    BadPolicy(
      "an unknown event", policy(event: "net_packet_tpc", "data.dst_port=80"), at: ":5:",
      says: "unknown-event", "net_packet_tpc", "net_packet_tcp"),
    BadPolicy(
      "a port that is too high", policy("data.dst_port=70000"), at: ":7:",
      says: "invalid-value", "70000", "65535"),
    BadPolicy(
      "a prefix that is too long", policy("data.dst=10.0.0.0/33"), at: ":7:",
      says: "invalid-value", "`33`"),
    BadPolicy(
      "an unknown field", policy("data.dst_prot=80"), at: ":7:",
      says: "unknown-field", "dst_prot", "dst_port"),
    BadPolicy(
      "an unknown key", policy("data.dst_port=80") + "actoins: [log]\n", at: ":8:",
      says: "unknown-key", "actoins"),
    BadPolicy(
      "a name that is taken",
      policy("data.dst_port=80") + "---\n" + policy("data.dst_port=443"), at: ":10:",
      says: "duplicate-name", "one"),
  ]
}

@Suite struct `Bad input` {
  @Test(arguments: BadPolicy.all)
  func `a file that is wrong is refused, with its place, and nothing is traced`(
    bad: BadPolicy
  ) async throws {
    try await withStage { stage in
      let file = try stage.folder(["bad.yaml": bad.text]) + "/bad.yaml"
      let applied = try await outcome(of: [Tracer.path, "apply", "-p", file])
      #expect(applied.ending == .exited(bad.exit))
      #expect(applied.output.isEmpty)
      #expect(applied.errors.contains(file + bad.place), "\(applied.errors)")
      for word in bad.words { #expect(applied.errors.contains(word), "\(applied.errors)") }
      #expect(!applied.errors.contains("ready"))
      let findings = applied.errors.matches(of: /(?:error|warning)\[/).count
      #expect(findings == (bad.exit == 1 ? 1 : 0), "\(applied.errors)")
      #expect(applied.errors.utf8.count < 1000, "\(applied.errors.utf8.count) bytes of words")
    }
  }

  @Test func `everything wrong in all files is said in one run`() async throws {
    try await withStage { stage in
      let wrong = ["an unknown event", "a port that is too high", "an unknown key"]
      let files = BadPolicy.all.filter { wrong.contains($0.testDescription) }
      let folder = try stage.folder(
        Dictionary(uniqueKeysWithValues: files.enumerated().map { ("\($0).yaml", $1.text) }))
      let applied = try await outcome(of: [Tracer.path, "apply", "-p", folder])
      #expect(applied.ending == .exited(1))
      for (index, file) in files.enumerated() {
        #expect(applied.errors.contains("\(folder)/\(index).yaml\(file.place)"))
        for word in file.words { #expect(applied.errors.contains(word)) }
      }
    }
  }

  @Test(arguments: ["/nonexistent/policy.yaml", "/proc/self/mem"])
  func `a path that cannot be read is named, with why`(path: String) async throws {
    let applied = try await outcome(of: [Tracer.path, "apply", "-p", path])
    #expect(applied.ending == .exited(2))
    #expect(applied.output.isEmpty)
    #expect(applied.errors.contains(path))
    #expect(applied.errors.split(separator: "\n").count == 1, "\(applied.errors)")
  }

  @Test(.timeLimit(.minutes(5)))
  func `what is no regular file is refused, and its name cannot write to a terminal`() async throws
  {
    try await withStage { stage in
      let folder = try stage.folder()
      let name = "a\u{1b}[2J\u{9b}31m\nb.yaml"
      try #require(mkfifo("\(folder)/\(name)", 0o600) == 0)
      for command in [["apply"], ["lint"], ["explain"], ["list", "policies"]] {
        let used = try await outcome(of: [Tracer.path] + command + [folder])
        #expect(used.ending == .exited(2), "\(command)")
        #expect(
          used.errors
            == "tracee-policy: \(folder)/a␛[2J\u{fffd}31m␊b.yaml: it is a FIFO; policies are "
            + "read only from regular files, or from standard input as -\n", "\(command)")
      }
    }
  }

  @Test(arguments: [
    ["apply", "-o", "json:/no\u{1b}[2J\nsuch/file"],
    ["apply", "--stats-file", "/no\u{1b}[2J\nsuch/file", "-o", "none"],
    ["apply", "--cgroup", "/no\u{1b}[2J\nsuch/file"],
    ["replay", "/no\u{1b}[2J\nsuch/file"],
  ])
  func `no path in a message can write to a terminal`(arguments: [String]) async throws {
    let used = try await outcome(of: [Tracer.path] + arguments + ["-e", "net_packet_tcp"])
    #expect(used.ending == .exited(2))
    #expect(!used.errors.contains("\u{1b}"), "\(used.errors)")
    if Machine.canTrace || arguments[0] == "replay" {
      #expect(used.errors.contains("/no␛[2J␊such/file"), "\(used.errors)")
    }
  }

  @Test(arguments: [
    ["apply", "--no-such-option"], ["--no-such-option"], ["--events"],
    ["apply", "-o", "xml"], ["apply", "-p"], ["apply", "--hardening", "seccomp,"],
    ["replay", "/dev/null", "-o", "json", "-o", "table"],
    ["replay", "/dev/null", "-o", "json:/dev/full", "-o", "pcap:/dev/full"],
  ])
  func `wrong use of the command line exits with 64`(arguments: [String]) async throws {
    let used = try await outcome(of: [Tracer.path] + arguments)
    #expect(used.ending == .exited(64))
    #expect(used.output.isEmpty)
    #expect(used.errors.lowercased().contains("error"), "\(used.errors)")
  }

  @Test(.enabled(if: geteuid() == 0 && Machine.has("setpriv"), "becoming another user needs root"))
  func `without privilege it says what to do`() async throws {
    try await withStage { stage in
      let folder = try stage.folder([
        "one.yaml":
          "type: policy\nname: one\nscope: [global]\nrules: [{event: net_packet_tcp, filters: [data.dst_port=80]}]\n"
      ])
      // The folder of the build may be closed to others. A child copies, so that no other one has it open for writing.
      let binary = folder + "/tracee-policy"
      try await run("cp", Tracer.path, binary)
      let applied = try await outcome(of: [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary, "apply", "-p",
        folder + "/one.yaml",
      ])
      #expect(applied.ending == .exited(2))
      #expect(applied.output.isEmpty)
      #expect(applied.errors.split(separator: "\n").count == 3, "\(applied.errors)")
      #expect(applied.errors.contains("root"), "\(applied.errors)")
    }
  }

  @Test func `the house's own policies have nothing wrong`() async throws {
    let policies = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "policies").path
    let found = try await outcome(of: [Tracer.path, "lint", "--strict", policies])
    #expect(found.ending == .exited(0), "\(found.output)\(found.errors)")
  }
}
