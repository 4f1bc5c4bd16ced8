// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Signatures in `replay`, `test`, `diff` and `lint`, as a user runs them.
struct SignatureCommandTests {
  private static let signature = """
    type: signature
    name: again
    tags: [repeated]
    selections:
      seen: { event: net_packet_udp, filters: [data.dst_port=80] }
    correlation: { type: event_count, timespan: 60s, condition: { gte: 2 } }
    """
  private static let policy = """
    type: policy
    name: web
    scope: [global]
    rules:
      - event: net_packet_udp
        filters: [data.dst_port=53]
      - event: again
    """
  private static let both = ["again.yaml": signature, "web.yaml": policy]

  /// A folder with files and the capture `a.pcap`, removed after the test.
  private func withFolder(
    _ files: [String: String] = both, _ body: (String) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    let capture = SampleCapture().pcap(ReplayTests.frames)
    try Data(capture).write(to: folder.appending(path: "a.pcap"))
    try await body(folder.path)
  }

  private func command(_ arguments: String...) async throws -> Outcome {
    try await outcome(of: [Tracer.path] + arguments)
  }

  /// The names of the events that a file has, in order.
  private func names(_ path: String) throws -> [String] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    return try lines.map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return try #require(object?["eventName"] as? String)
    }
  }

  @Test func `outputs route findings by name, by tag, and by the set of all signatures`()
    async throws
  {
    try await withFolder { folder in
      var arguments = [Tracer.path, "replay", "\(folder)/a.pcap", "-p", folder]
      let routes = [
        ("name", "again"), ("tag", "repeated"), ("set", "signatures"),
        ("packets", "net_packet_udp"), ("both", "again,net_packet_*"),
      ]
      for (name, route) in routes { arguments += ["-o", "json:\(folder)/\(name),events=\(route)"] }
      let replayed = try await outcome(of: arguments)
      #expect(replayed.ending == .exited(0), "\(replayed.errors)")
      for name in ["name", "tag", "set"] {
        #expect(try names("\(folder)/\(name)") == ["again"], "\(name)")
      }
      #expect(try names("\(folder)/packets") == ["net_packet_udp"])
      #expect(try names("\(folder)/both") == ["net_packet_udp", "again"])
    }
  }

  @Test func `a route to a signature that is not there is an error or a warning`() async throws {
    try await withFolder { folder in
      let replayed = try await command(
        "replay", "\(folder)/a.pcap", "-p", folder, "-o", "json:\(folder)/x,events=agian")
      let isSaid = replayed.errors.contains("agian")
      #expect(isSaid, "\(replayed.errors)")
    }
  }

  @Test func `test counts the findings of a capture`() async throws {
    let tests = """
      kind: PolicyTest
      policies: [web.yaml, again.yaml]
      tests:
        - name: found
          capture: a.pcap
          expect:
            - { count: 1, event: again }
            - { count: 1, policy: web, event: again }
            - { count: 1, policy: web, event: net_packet_udp }
      """
    try await withFolder(Self.both.merging(["web.test.yaml": tests]) { $1 }) { folder in
      let passed = try await command("test", folder)
      #expect(passed.ending == .exited(0), "\(passed.output)\(passed.errors)")
      let wrong = tests.replacing("count: 1, event: again", with: "count: 2, event: again")
      try Data(wrong.utf8).write(to: URL(filePath: "\(folder)/web.test.yaml"))
      let failed = try await command("test", folder)
      #expect(failed.ending == .exited(1))
      #expect(failed.output.contains("again"), "\(failed.output)")
    }
  }

  @Test func `a file of tests that is made of a capture has its findings`() async throws {
    try await withFolder(Self.both) { folder in
      let made = try await command("test", "--create", "\(folder)/a.pcap", folder)
      #expect(made.ending == .exited(0), "\(made.errors)")
      #expect(made.output.contains("- { count: 1, policy: web, event: again }"), "\(made.output)")
      try Data(made.output.utf8).write(to: URL(filePath: "\(folder)/made.test.yaml"))
      let passed = try await command("test", "\(folder)/made.test.yaml")
      #expect(passed.ending == .exited(0), "\(passed.output)\(passed.errors)")
    }
  }

  @Test func `diff over a capture counts findings, with the frame after which they come`()
    async throws
  {
    try await withFolder(["again.yaml": Self.signature, "web.yaml": Self.policy]) { old in
      let never = Self.signature.replacing("gte: 2", with: "gte: 200")
      try await withFolder(["again.yaml": never, "web.yaml": Self.policy]) { new in
        let lost = try await command("diff", old, new, "--capture", "\(old)/a.pcap")
        #expect(
          lost.output.contains(
            "capture: policy 'web', again: gained 0, lost 1, same 0\n    lost, frame "),
          "\(lost.output)\(lost.errors)")
        let gained = try await command("diff", new, old, "--capture", "\(old)/a.pcap")
        #expect(gained.output.contains("again: gained 1, lost 0, same 0"), "\(gained.output)")
      }
      let same = try await command("diff", old, old, "--capture", "\(old)/a.pcap")
      #expect(same.ending == .exited(0))
      #expect(same.output.contains("capture: no event differs, same "), "\(same.output)")
    }
  }

  @Test(arguments: [
    ("same", "# a comment\n" + signature, policy, "the same packets give the same events\n", false),
    (
      "changed", signature.replacing("gte: 2", with: "gte: 3"), policy,
      "changed  web: signature again\n", true
    ),
    (
      "changed", signature.replacing("dst_port=80", with: "dst_port=81"), policy,
      "changed  web: signature again\n", true
    ),
    (
      "lost", signature, policy.replacing("\n  - event: again", with: ""),
      "lost  web: signature again\n", true
    ),
  ])
  func `diff compares the signatures that policies watch for`(
    kind: String, signature: String, policy: String, text: String, differs: Bool
  ) async throws {
    try await withFolder { old in
      try await withFolder(["again.yaml": signature, "web.yaml": policy]) { new in
        let diff = try await command("diff", old, new)
        #expect(diff.ending == .exited(differs ? 1 : 0), "\(diff.output)\(diff.errors)")
        #expect(diff.output.contains(text), "\(diff.output)")
        guard kind == "lost" else { return }
        let back = try await command("diff", new, old)
        #expect(back.output.contains("gained  web: signature again\n"), "\(back.output)")
        #expect(try await command("diff", old, new, "--no-gain").ending == .exited(0))
        #expect(try await command("diff", old, new, "--no-loss").ending == .exited(1))
      }
    }
  }
}

/// Files of values, as a user names them.
struct ValueListCommandTests {
  private static func policy(_ name: String, _ filter: String = "data.src=@own") -> String {
    """
    type: policy
    name: \(name)
    scope: [global]
    lists: { own: own.txt }
    rules: [{ event: net_packet_udp, filters: ["\(filter)"] }]
    """
  }

  private func run(
    _ files: [String: String], _ body: (String) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    try Data(SampleCapture().pcap(ReplayTests.frames)).write(to: folder.appending(path: "a.pcap"))
    try await body(folder.path)
  }

  @Test func `policies that name one list judge by it alike, and others by their own`()
    async throws
  {
    let files = [
      "a.yaml": Self.policy("a"), "b.yaml": Self.policy("b"),
      "c.yaml": Self.policy("c", "data.src!=@own"),
      "d.yaml": Self.policy("d", "data.src=@own,10.0.0.3"),
      "own.txt": "# two\n10.0.0.1\n10.0.0.2\n",
    ]
    try await run(files) { folder in
      let replayed = try await outcome(
        of: [Tracer.path, "replay", "\(folder)/a.pcap", "-p", folder, "-o", "json"])
      #expect(replayed.ending == .exited(0), "\(replayed.errors)")
      let policies = replayed.output.split(separator: "\n").map { line in
        String(line.firstMatch(of: /"matchedPolicies":\[([^\]]*)\]/)?.output.1 ?? "")
      }
      #expect(policies == [#""a","b","d""#, #""a","b","d""#, #""c","d""#])
    }
  }

  @Test func `a value that does not fit is shown once, however many rules name its list`()
    async throws
  {
    let files = [
      "a.yaml": Self.policy("a"), "b.yaml": Self.policy("b"), "own.txt": "10.0.0.1\nexample.org\n",
    ]
    try await run(files) { folder in
      let lint = try await outcome(of: [Tracer.path, "lint", folder])
      #expect(lint.ending == .exited(1))
      let said = lint.output + lint.errors
      #expect(said.contains("own.txt:2:1"), "\(said)")
      #expect(said.matches(of: /error\[/).count == 1, "\(said)")
    }
  }

  @Test func `a list that is too long or not there is an error with its path`() async throws {
    try await run(["a.yaml": Self.policy("a")]) { folder in
      let none = try await outcome(of: [Tracer.path, "lint", folder])
      #expect(none.ending == .exited(2) && none.errors.contains("\(folder)/own.txt"))
      let path = "\(folder)/own.txt"
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.truncate(atOffset: 32 << 20 + 1)
      try file.close()
      let long = try await outcome(of: [Tracer.path, "lint", folder])
      #expect(long.ending == .exited(2))
      #expect(
        long.errors.contains("own.txt: it is longer than 32 MiB, the limit for a list"),
        "\(long.errors)")
    }
  }
}
