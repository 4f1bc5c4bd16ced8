// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct `lint` {
  private static let right = """
    type: policy
    name: one
    scope: [comm=nginx]
    rules:
      - event: net_packet_tcp
        filters: [data.dst_port=443]

    """

  private static let warned = right.replacing("dst_port=443", with: "dst_port>=0")
  private static let wrong = right.replacing("net_packet_tcp", with: "net_packet_tpc")

  @Test(
    arguments: [
      (right, [], 0, "no problems in 1 policy of 1 file\n"),
      (right, ["--format", "concise"], 0, ""),
      (
        warned, ["--format", "concise"], 0,
        "FILE:6:15: warning: this filter makes no difference here [useless-filter]\n"
      ),
      (
        warned, ["--format", "concise", "--strict"], 1,
        "FILE:6:15: warning: this filter makes no difference here [useless-filter]\n"
      ),
      (
        wrong, [], 1,
        """
        error[unknown-event]: `net_packet_tpc` is not an event or a set
         --> FILE:5:12
          |
        5 |   - event: net_packet_tpc
          |            ^^^^^^^^^^^^^^
          = help: did you mean `net_packet_tcp`?

        1 error in 1 policy of 1 file

        """
      ),
      (
        wrong, ["--format", "github"], 1,
        "::error file=FILE,line=5,endLine=5,col=12,endColumn=25,title=unknown-event::"
          + "`net_packet_tpc` is not an event or a set; did you mean `net_packet_tcp`?\n"
      ),
    ] as [(String, [String], Int32, String)])
  func `says what is wrong, and exits as the documentation says`(
    text: String, options: [String], exit: Int32, output: String
  ) async throws {
    try await withStage { stage in
      let file = try stage.folder(["one.yaml": text]) + "/one.yaml"
      for command in ["lint", "validate"] {
        let outcome = try await outcome(of: [Tracer.path, command, file] + options)
        #expect(outcome.ending == .exited(exit))
        #expect(outcome.output == output.replacing("FILE", with: file))
        #expect(outcome.errors == "")
      }
    }
  }

  @Test(arguments: ["json", "sarif"])
  func `writes JSON for programs, also when nothing is wrong`(format: String) async throws {
    for (text, exit) in [(Self.right, 0), (Self.wrong, 1)] as [(String, Int32)] {
      let outcome = try await outcome(
        of: [Tracer.path, "lint", "-", "--format", format], input: .text(text))
      #expect(outcome.ending == .exited(exit))
      #expect(outcome.errors == "")
      let value = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      let object = try #require(value as? [String: Any])
      let run = (object["runs"] as? [[String: Any]])?.first
      let findings = try #require((object["findings"] ?? run?["results"]) as? [Any])
      #expect(findings.count == Int(exit))
    }
  }

  @Test func `what cannot be read is said on its own, beside what is wrong elsewhere`() async throws
  {
    try await withStage { stage in
      let file = try stage.folder(["one.yaml": Self.wrong]) + "/one.yaml"
      let outcome = try await outcome(
        of: [Tracer.path, "lint", "/nonexistent.yaml", file, "--format", "concise"])
      #expect(outcome.ending == .exited(2))
      #expect(
        outcome.errors
          == "tracee-policy: /nonexistent.yaml: cannot open it: No such file or directory\n")
      #expect(outcome.output.hasPrefix("\(file):5:12: error: "))
    }
  }

  @Test func `nothing is called right when a path cannot be read`() async throws {
    try await withStage { stage in
      let folder = try stage.folder([
        "one.yaml": Self.right, "two.yaml": Self.wrong.replacing("one", with: "two"),
      ])
      let missing = "/nonexistent.yaml"
      for paths in [[missing], [missing, folder + "/one.yaml"], ["/dev/null"]] {
        let outcome = try await outcome(of: [Tracer.path, "lint"] + paths)
        #expect(outcome.ending == .exited(2))
        #expect(outcome.output == "")
      }
      let outcome = try await outcome(of: [Tracer.path, "lint", missing, folder])
      #expect(outcome.ending == .exited(2))
      #expect(outcome.output.hasSuffix("\n1 error in 2 policies of 2 files\n"))
    }
  }

  @Test func `fixes what there is one way to fix`() async throws {
    try await withStage { stage in
      let folder = try stage.folder([
        "one.yaml": Self.right.replacing("event:", with: "evnt:"), "two.txt": "",
      ])
      let outcome = try await outcome(of: [Tracer.path, "lint", "--fix", folder])
      #expect(outcome.ending == .exited(0))
      #expect(outcome.output == "no problems in 1 policy of 1 file\n")
      #expect(try String(contentsOfFile: folder + "/one.yaml", encoding: .utf8) == Self.right)
    }
  }

  private static let unfixed = right.replacing("event:", with: "evnt:")

  @Test func `--fix on standard input prints the fixed text, and what is left on stderr`()
    async throws
  {
    let outcome = try await outcome(
      of: [Tracer.path, "lint", "--fix", "-"], input: .text(Self.unfixed))
    #expect(outcome.ending == .exited(0))
    #expect(outcome.output == Self.right)
    #expect(outcome.errors == "no problems in 1 policy of 1 file\n")
  }

  @Test func `--diff prints what --fix would change, and changes nothing`() async throws {
    try await withStage { stage in
      let file = try stage.folder(["one.yaml": Self.unfixed]) + "/one.yaml"
      let outcome = try await outcome(of: [Tracer.path, "lint", "--diff", file])
      #expect(outcome.ending == .exited(1))
      #expect(outcome.output.hasPrefix("--- \(file)\n+++ \(file)\n@@ -2,5 +2,5 @@\n"))
      #expect(outcome.output.contains("\n-  - evnt: net_packet_tcp\n+  - event: net_packet_tcp\n"))
      #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.unfixed)
    }
    let right = try await outcome(
      of: [Tracer.path, "lint", "--diff", "-"], input: .text(Self.right))
    #expect(right.ending == .exited(0))
    #expect(right.output == "")
  }

  @Test func `--tracee adds notes, and does not change the exit code`() async throws {
    let text = Self.right.replacing("scope: [comm=nginx]", with: "scope: [comm=nginx, comm!=b]")
    let arguments = [Tracer.path, "lint", "-", "--format", "concise"]
    let with = try await outcome(of: arguments + ["--tracee"], input: .text(text))
    #expect(with.ending == .exited(0))
    #expect(with.output.contains("[tracee-difference]"))
    let without = try await outcome(of: arguments, input: .text(text))
    #expect(!without.output.contains("[tracee-difference]"))
  }

  @Test func `explains a code, with examples`() async throws {
    let outcome = try await outcome(of: [Tracer.path, "lint", "--explain", "cidr-host-bits"])
    #expect(outcome.ending == .exited(0))
    #expect(outcome.output.hasPrefix("## cidr-host-bits\n\n**warning**: "))
    #expect(outcome.output.contains("data.dst=10.1.2.3/8"))
  }

  @Test(arguments: [
    (["lint"], "Missing expected argument"),
    (["lint", "--explain", "cidr-hostbits"], "did you mean `cidr-host-bits`?"),
    (["lint", "-", "x", "--fix"], "standard input"), (["lint", "x", "--format", "xml"], "xml"),
    (["lint", "--explain", "syntax", "x"], "no paths"),
  ]) func `wrong use exits with 64 and says why`(arguments: [String], words: String) async throws {
    let outcome = try await outcome(of: [Tracer.path] + arguments)
    #expect(outcome.ending == .exited(64))
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }
}
