// SPDX-License-Identifier: Apache-2.0

/// Shows what came of tests to people: a line for each test, and why it failed.
public enum TestText {
  /// The lines.
  ///
  /// - Parameter onlyFailed: whether to leave out the tests that passed.
  public static func render(_ report: TestReport, onlyFailed: Bool = false) -> String {
    var text = ""
    for result in report.results where !(onlyFailed && result.isPassed) {
      text += "\(result.isPassed ? "pass" : "FAIL")  \(Visible.text(result.title))\n"
      for line in result.lines { text += "        \(Visible.text(line))\n" }
    }
    if let coverage = report.coverage { text += (text.isEmpty ? "" : "\n") + render(coverage) }
    return text + (text.isEmpty ? "" : "\n") + summary(report) + "\n"
  }

  private static func render(_ coverage: TestCoverage) -> String {
    let gaps = coverage.points.compactMap { point in
      point.gap.map { "  \(point.source):\(point.place.line):\(point.place.column): \($0)\n" }
    }
    return "coverage \(coverage.percent) %\n" + gaps.map { Visible.line($0) }.joined()
  }

  /// `2 of 14 tests failed, in 0.004 s`.
  public static func summary(_ report: TestReport) -> String {
    let count = report.results.count
    let tests = count == 1 ? "1 test" : "\(count) tests"
    let ending = ", in \(seconds(report.seconds)) s"
    return report.failed == 0
      ? "\(tests) passed\(ending)"
      : "\(report.failed) of \(tests) failed\(ending)"
  }

  /// Seconds with three decimals.
  static func seconds(_ seconds: Double) -> String {
    let thousandths = Int((seconds * 1000).rounded())
    let rest = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}

extension TestResult {
  /// `dns-out.test.yaml:12: a query of nginx is seen`.
  var title: String { "\(source):\(place.start.line): \(name)" }

  /// Why it failed, line by line.
  var lines: [String] {
    failures.flatMap { failure in [failure.message] + failure.notes.map { "  " + $0.description } }
  }
}

extension Visible {
  /// A line whose break at the end stays.
  fileprivate static func line(_ line: String) -> String { text(line.dropLast()) + "\n" }
}

/// Shows what came of tests by the Test Anything Protocol.
///
/// Source: TAP version 14, https://testanything.org/tap-version-14-specification.html.
public enum TestTAP {
  /// The lines.
  public static func render(_ report: TestReport) -> String {
    var text = "TAP version 14\n1..\(report.results.count)\n"
    for (index, result) in report.results.enumerated() {
      let name = Visible.text(result.title).replacing("\\", with: "\\\\").replacing(
        "#", with: "\\#")
      text += "\(result.isPassed ? "ok" : "not ok") \(index + 1) - \(name)\n"
      guard !result.isPassed else { continue }
      text += "  ---\n  failures:\n"
      for line in result.lines {
        text += "    - \(JSONValue.text(Visible.text(line)).rendered())\n"
      }
      text += "  ...\n"
    }
    return text
  }
}

/// Shows what came of tests as commands that GitHub Actions turns into annotations, one for each test that failed.
///
/// Source: GitHub Docs, "Workflow commands for GitHub Actions".
public enum TestGitHub {
  /// The commands, and the summary in a line of its own.
  public static func render(_ report: TestReport) -> String {
    let failed = report.results.filter { !$0.isPassed }.map { result in
      GitHubRenderer.command(
        "error", source: result.source, range: result.place, title: "test failed",
        message: "\(result.name): " + result.lines.joined(separator: "\n")) + "\n"
    }
    return failed.joined() + TestText.summary(report) + "\n"
  }
}

/// Shows what came of tests to programs.
///
/// Source: `docs/testing.md`.
public enum TestJSON {
  /// One object.
  public static func json(_ report: TestReport) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("tests", .number(report.results.count)), .init("failed", .number(report.failed)),
      .init("milliseconds", .number(Int(report.seconds * 1000))),
      .init("results", .list(report.results.map(json))),
    ]
    if let coverage = report.coverage { members.append(.init("coverage", json(coverage))) }
    return .object(members)
  }

  private static func json(_ result: TestResult) -> JSONValue {
    [
      "file": .text(result.source), "line": .number(result.place.start.line),
      "name": .text(result.name), "passed": .bool(result.isPassed),
      "failures": .list(
        result.failures.map { failure in
          [
            "message": .text(failure.message),
            "notes": .list(failure.notes.map { .text($0.description) }),
          ]
        }),
    ]
  }

  private static func json(_ coverage: TestCoverage) -> JSONValue {
    [
      "percent": .number(coverage.percent),
      "points": .list(
        coverage.points.map { point in
          [
            "file": .text(point.source), "line": .number(point.place.line),
            "column": .number(point.place.column), "what": .text(point.words),
            "met": .bool(point.isMet),
            "refused": point.isUnmet.map { .bool($0) } ?? .null,
          ]
        }),
    ]
  }
}
