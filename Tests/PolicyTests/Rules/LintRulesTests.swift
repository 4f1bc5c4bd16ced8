// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Policy

struct LintRulesTests {
  private func findings(_ text: String) -> [Diagnostic] {
    PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))]).checked().diagnostics
  }

  @Test(arguments: LintRules.all.map(\.code))
  func `each bad example has a finding of its code, and each good one nothing wrong`(
    code: String
  ) throws {
    let rule = try #require(LintRules.rule(code))
    #expect(!rule.good.isEmpty)
    for example in rule.bad {
      let found = findings(example)
      #expect(found.contains { $0.code == code }, "\(example)\(found.map(ConciseRenderer.line))")
      let other = found.filter { $0.code != code && $0.severity == .error }
      #expect(other.isEmpty, "\(example)\(other.map(ConciseRenderer.line))")
      #expect(found.allSatisfy { $0.fix == nil || LintRules.rule($0.code)?.isFixable == true })
    }
    if rule.isFixable {
      #expect(rule.bad.contains { findings($0).contains { $0.code == code && $0.fix != nil } })
    }
    for example in rule.good {
      let found = findings(example).filter { $0.code == code || $0.severity != .note }
      #expect(found.isEmpty, "\(example)\(found.map(ConciseRenderer.line))")
    }
  }

  @Test func `each code is listed once`() {
    #expect(Set(LintRules.all.map(\.code)).count == LintRules.all.count)
  }

  @Test func `the documentation of the rules is what the rules say`() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/lint-rules.md")
    let text = LintRule.markdown(of: LintRules.all)
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil {
      try Data(text.utf8).write(to: file)
    }
    #expect(
      try String(contentsOf: file, encoding: .utf8) == text,
      "run `UPDATE_DOCS=1 swift test --filter LintRulesTests`")
  }

  @Test(arguments: [
    ("[uid=0]", "[uid>=1000]", true), ("[uid>=0]", "[uid<0]", true),
    ("[follow, comm=a]", "[comm=b]", false), ("[comm=a]", "[comm=b]", true),
    ("[tree=1]", "[tree=2]", false), ("[pid=1]", "[pid=2]", false),
    ("[pid=1]", "[hostPid=2]", true),
  ])
  func `a contradiction is found where nothing can match, and only there`(
    scope: String, filters: String, never: Bool
  ) {
    let found = findings(Example.policy(scope: scope, filters: filters))
    let others = found.filter { $0.severity == .error && $0.code != "never-matches" }
    #expect(others.isEmpty, "\(others.map(ConciseRenderer.line))")
    #expect(found.contains { $0.code == "never-matches" } == never)
  }

  @Test func `a contradiction with the scope shows both places`() throws {
    let found = findings(Example.policy(scope: "[comm=nginx]", filters: "[comm=envoy]"))
    let never = try #require(found.first { $0.code == "never-matches" })
    #expect(never.message.hasPrefix("the rule can never match within the scope"))
    #expect(never.range?.start.line == 6)
    #expect(never.related.map(\.range.start.line) == [3])
  }

  @Test(.timeLimit(.minutes(5)))
  func `thousands of values are looked at to an end, and the wrong one is found among them`() {
    let values = (0..<8_000).map { "\($0)" }.joined(separator: ",")
    func found(_ values: String) -> [String] {
      findings(
        Example.policy(scope: "[\"pid=\(values)\"]", filters: "[\"data.dst_port=\(values)\"]")
      ).map(\.message)
    }
    #expect(found(values) == [])
    #expect(
      found(values + ",5000000000") == [
        "5000000000 is more than 4294967295", "5000000000 is more than 65535",
      ])
  }

  @Test func `of an event that is not known yet, no field is called unknown`() {
    let found = findings(Example.policy(event: "openat", filters: "[data.pathname=/tmp*]"))
    #expect(found.map(\.code) == ["unsupported-event"])
  }
}
