// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import TestSupport
import Testing

@Suite struct `Every mistake` {
  private static let formats = ["text", "concise", "github", "json", "sarif"]

  /// A folder with a file for each mistake.
  private func folder(on stage: Stage) throws -> String {
    let files = EveryMistake.files.map { ($0.name, $0.text) }
    return try stage.folder(Dictionary(uniqueKeysWithValues: files))
  }

  @Test func `there is a file for every code`() {
    #expect(
      Set(EveryMistake.files.map(\.code))
        == Set(LintRules.all.map(\.code)).subtracting(["tracee-difference"]))
  }

  @Test(arguments: formats)
  func `lint on a directory with each mistake prints all of them in one run, each at its place`(
    format: String
  ) async throws {
    try await withStage { stage in
      let folder = try folder(on: stage)
      let linted = try await outcome(
        of: [Tracer.path, "lint", folder, "--format", format], within: .seconds(120))
      #expect(linted.ending == .exited(1))
      #expect(linted.errors == "")
      let found = Set(try ReportedFinding.all(in: linted.output, format: format))
      for file in EveryMistake.files {
        let path = "\(folder)/\(file.name)"
        #expect(
          found.contains { $0.file == path && $0.code == file.code && $0.line == file.line },
          "\(file.name), line \(file.line ?? 0)")
      }
      #expect(
        Set(found.map(\.code)) == Set(LintRules.all.map(\.code)).subtracting(["tracee-difference"]))
    }
  }

  @Test func `all formats show the same findings in the same order`() async throws {
    try await withStage { stage in
      let folder = try folder(on: stage)
      var shown: [String: [ReportedFinding]] = [:]
      var summary = ""
      for format in Self.formats {
        let linted = try await outcome(
          of: [Tracer.path, "lint", folder, "--format", format], within: .seconds(120))
        shown[format] = try ReportedFinding.all(in: linted.output, format: format)
        if format == "text" { summary = String(linted.output.split(separator: "\n").last ?? "") }
      }
      let text = try #require(shown["text"])
      #expect(text.count >= EveryMistake.files.count)
      for format in Self.formats { #expect(shown[format] == text, "\(format)") }
      func count(_ severity: String) -> String {
        let number = text.count { $0.severity == severity }
        return "\(number) \(severity)\(number == 1 ? "" : "s")"
      }
      let counts = "\(count("error")), \(count("warning")), \(count("note")) in "
      #expect(summary.hasPrefix(counts), "\(summary)")
      #expect(summary.hasSuffix(" of \(EveryMistake.files.count) files"), "\(summary)")
    }
  }

  @Test(arguments: formats)
  func `mistakes on every line of one file do not hide one another`(format: String) async throws {
    try await withStage { stage in
      let file = try stage.folder(["crowded.yaml": EveryMistake.crowded]) + "/crowded.yaml"
      let linted = try await outcome(of: [Tracer.path, "lint", file, "--format", format])
      #expect(linted.ending == .exited(1))
      let found = try ReportedFinding.all(in: linted.output, format: format)
      #expect(found.map(\.description) == EveryMistake.crowdedFindings.map { "\(file):\($0)" })
    }
  }

  @Test(arguments: formats)
  func `an unreadable path is said beside the findings of the others`(format: String) async throws {
    try await withStage { stage in
      let file = try stage.folder(["crowded.yaml": EveryMistake.crowded]) + "/crowded.yaml"
      let paths = ["/nonexistent.yaml", file, "/proc/self/mem"]
      let linted = try await outcome(of: [Tracer.path, "lint"] + paths + ["--format", format])
      #expect(linted.ending == .exited(2))
      #expect(linted.errors.split(separator: "\n").count == 2, "\(linted.errors)")
      #expect(linted.errors.hasPrefix("tracee-policy: /nonexistent.yaml: cannot open it: "))
      #expect(linted.errors.contains("\ntracee-policy: /proc/self/mem: cannot read it: "))
      let found = try ReportedFinding.all(in: linted.output, format: format)
      #expect(found.map(\.description) == EveryMistake.crowdedFindings.map { "\(file):\($0)" })
    }
  }

  @Test func `apply says both too, and attaches nothing`() async throws {
    try await withStage { stage in
      let file = try stage.folder(["crowded.yaml": EveryMistake.crowded]) + "/crowded.yaml"
      let applied = try await outcome(
        of: [Tracer.path, "apply", "-p", "/nonexistent.yaml", "-p", file, "-o", "none"])
      #expect(applied.ending == .exited(2))
      #expect(applied.output == "")
      #expect(applied.errors.hasPrefix("tracee-policy: /nonexistent.yaml: cannot open it: "))
      let found = try ReportedFinding.all(in: applied.errors, format: "text")
      let wanted = EveryMistake.crowdedFindings.filter { !$0.contains(" note ") }
      #expect(found.map(\.description) == wanted.map { "\(file):\($0)" })
      #expect(!applied.errors.contains("ready"))
    }
  }

  @Test(.serialized, arguments: LintRules.all.map(\.code))
  func `apply accepts the files that lint accepts, and no others`(code: String) async throws {
    let rule = try #require(LintRules.rule(code))
    let bad = EveryMistake.files.filter { $0.code == code }.map(\.text)
    try await withStage { stage in
      for text in rule.good + bad {
        let file = try stage.folder(["one.yaml": text]) + "/one.yaml"
        let linted = try await outcome(of: [Tracer.path, "lint", file])
        let applied = try await outcome(
          of: [Tracer.path, "apply", "--for", "1ms", "-o", "none", "-p", file])
        let isRight = linted.ending == .exited(0)
        #expect(isRight || linted.ending == .exited(1), "\(text)\(linted.output)")
        // Where tracing is refused, that is said only after the files were accepted.
        let accepted: CInt = Machine.canTrace ? 0 : 2
        #expect(applied.ending == .exited(isRight ? accepted : 1), "\(text)\(applied.errors)")
        #expect(applied.errors.contains("ready: ") == (isRight && Machine.canTrace), "\(text)")
      }
    }
  }

  @Test(arguments: [
    ["--events", "net_packet_tcp"], ["--scope", "uid=0"], ["-e", "net_packet_tcp", "-s", "uid=0"],
  ])
  func `events and scopes cannot be combined with policies from files`(options: [String])
    async throws
  {
    let refused = try await outcome(of: [Tracer.path, "apply", "--policy", "x.yaml"] + options)
    #expect(refused.ending == .exited(64))
    #expect(refused.errors.contains("cannot be combined"), "\(refused.errors)")
  }
}
