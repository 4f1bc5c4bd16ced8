// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Policy

struct RendererTests {
  private static let text = "type: policy\nname: é web\nscope:\t[a]\nrules: []\n"
  private static let file = SourceFile(name: "dir/a b.yaml", bytes: Array(text.utf8))

  private static func range(_ from: Int, _ to: Int) -> SourceRange {
    SourceRange(start: file.position(atByte: from), end: file.position(atByte: to))
  }

  private static let findings = [
    Diagnostic(
      .invalidName, "the name `é web` cannot hold `é`", source: file.name,
      range: range(19, 25), help: "write `web`",
      related: [.init(message: "this is why", source: file.name, range: range(26, 31))],
      fix: .init(range: range(19, 25), replacement: "web")),
    Diagnostic(
      .noPolicy, "50%: there is\nno policy", source: file.name, range: nil),
    Diagnostic(.userSpaceFilter, "a", source: file.name, range: range(34, 35)),
  ]

  @Test func `for people, with the line, carets under the place, and help`() {
    #expect(
      TextRenderer(sources: [Self.file]).render(Self.findings) == """
        error[invalid-name]: the name `é web` cannot hold `é`
         --> dir/a b.yaml:2:7
          |
        2 | name: é web
          |       ^^^^^
         ::: dir/a b.yaml:3:1
          |
        3 | scope: [a]
          | ----- this is why
          = help: write `web`

        warning[no-policy]: 50%: there is␊no policy
         --> dir/a b.yaml

        note[user-space-filter]: a
         --> dir/a b.yaml:3:9
          |
        3 | scope: [a]
          |         ^


        """)
  }

  @Test func `with colours only where they are asked for`() {
    let plain = TextRenderer(sources: [Self.file]).render(Self.findings)
    let coloured = TextRenderer(sources: [Self.file], isColoured: true).render(Self.findings)
    #expect(!plain.contains("\u{1b}"))
    #expect(coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
    #expect(coloured.hasPrefix("\u{1b}[1;31merror[invalid-name]\u{1b}[0m"))
  }

  @Test func `a long line is shown around the place, wide characters take two columns`() {
    let line = String(repeating: "漢", count: 300) + "x!" + String(repeating: "y", count: 300)
    let file = SourceFile(name: "x", bytes: Array(line.utf8))
    let place = SourceRange(
      start: file.position(atScalar: 300), end: file.position(atScalar: 301))
    let excerpt = Excerpt(of: place, in: file, mark: "^")
    #expect(excerpt.line.unicodeScalars.count == Excerpt.widthLimit + 2)
    #expect(excerpt.marks == String(repeating: " ", count: 1 + 2 * Excerpt.lead) + "^")
    #expect(excerpt.line.contains("漢x!y"))
  }

  @Test func `what acts on a terminal is shown instead`() {
    #expect(Visible.text("a\u{1b}[2J\u{202e}\u{9b}\r\nb") == "a␛[2J\u{fffd}\u{fffd}␍␊b")
  }

  @Test func `one line each`() {
    #expect(
      ConciseRenderer.render(Self.findings) == """
        dir/a b.yaml:2:7: error: the name `é web` cannot hold `é` [invalid-name]
        dir/a b.yaml: warning: 50%: there is␊no policy [no-policy]
        dir/a b.yaml:3:9: note: a [user-space-filter]

        """)
  }

  @Test func `as workflow commands`() {
    #expect(
      GitHubRenderer.render(Self.findings) == """
        ::error file=dir/a b.yaml,line=2,endLine=2,col=7,endColumn=11,title=invalid-name::the name `é web` cannot hold `é`; write `web`
        ::warning file=dir/a b.yaml,title=no-policy::50%25: there is%0Ano policy
        ::notice file=dir/a b.yaml,line=3,endLine=3,col=9,endColumn=9,title=user-space-filter::a

        """)
  }

  @Test func `as JSON`() throws {
    let text = JSONRenderer.render(Self.findings, files: 1, policies: 2)
    #expect(
      text.hasPrefix(
        """
        {
          "findings": [
            {
              "severity": "error",
              "code": "invalid-name",
              "message": "the name `é web` cannot hold `é`",
              "file": "dir/a b.yaml",
              "range": {
                "start": {
                  "line": 2,
                  "column": 7,
                  "offset": 19
                },
                "end": {
                  "line": 2,
                  "column": 12,
                  "offset": 25
                }
              },
              "help": "write `web`",
        """))
    let report = try object(text)
    let summary = try #require(report["summary"] as? [String: Int])
    #expect(
      summary == ["files": 1, "policies": 2, "errors": 1, "warnings": 1, "notes": 1])
    let findings = try #require(report["findings"] as? [[String: Any]])
    #expect(findings.map { $0["message"] as? String } == Self.findings.map(\.message))
    #expect(findings.map { $0["range"] is NSNull } == [false, true, false])
  }

  @Test func `as SARIF, with a rule for every code and places in scalars`() throws {
    let log = try object(
      SARIFRenderer.render(Self.findings, rules: LintRules.all, version: "1.2.3"))
    #expect(log["version"] as? String == "2.1.0")
    let runs = try #require(log["runs"] as? [[String: Any]])
    let run = try #require(runs.first)
    #expect(run["columnKind"] as? String == "unicodeCodePoints")
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    let rules = try #require(driver["rules"] as? [[String: Any]])
    #expect(rules.map { $0["id"] as? String } == LintRules.all.map(\.code))
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.map { $0["level"] as? String } == ["error", "warning", "note"])
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
    }
    let location = try #require((results[0]["locations"] as? [[String: Any]])?.first)
    let physical = try #require(location["physicalLocation"] as? [String: Any])
    #expect(
      physical["artifactLocation"] as? [String: String] == ["uri": "dir/a%20b.yaml"])
    #expect(
      physical["region"] as? [String: Int] == [
        "startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 12, "byteOffset": 19,
        "byteLength": 6,
      ])
    #expect(results[1]["locations"] != nil && results[1]["relatedLocations"] == nil)
    #expect((results[0]["fixes"] as? [Any])?.count == 1)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test(arguments: [
    ("evnt", ["event"]), ("filter", ["filters"]), ("Events", ["event"]), ("EVENT", ["event"]),
    ("acitons", ["actions"]), ("xyz", []), ("", []),
    (String(repeating: "event", count: 10_000), []),
  ]) func `the nearest word is the one that was meant, or none`(word: String, near: [String]) {
    #expect(Nearest.words(to: word, among: ["event", "filters", "actions"]) == near)
  }
}
