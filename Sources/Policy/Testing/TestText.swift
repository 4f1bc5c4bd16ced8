// SPDX-License-Identifier: Apache-2.0

/// The report of tests for people: a line for each test, and the reasons of each failure.
public enum TestText {
  /// Returns the lines of a report, with the coverage if it was counted, and a summary at the end.
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

  /// Returns the coverage in a line, and after it a line for each gap.
  static func render(_ coverage: TestCoverage) -> String {
    let gaps = coverage.points.compactMap { point in
      point.gap.map { "  \(point.source):\(point.place.line):\(point.place.column): \($0)\n" }
    }
    return "coverage \(coverage.percent) %\n" + gaps.map { Visible.line($0) }.joined()
  }

  /// Returns the summary of a report: `2 of 14 tests failed, in 0.004 s`.
  public static func summary(_ report: TestReport) -> String {
    let count = report.results.count
    let tests = count == 1 ? "1 test" : "\(count) tests"
    let ending = ", in \(seconds(report.seconds)) s"
    return report.failed == 0
      ? "\(tests) passed\(ending)"
      : "\(report.failed) of \(tests) failed\(ending)"
  }

  /// Returns seconds with three decimals.
  static func seconds(_ seconds: Double) -> String {
    let thousandths = Int((seconds * 1000).rounded())
    let rest = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}

extension TestResult {
  /// The place and the name of the test: `dns-out.test.yaml:12: a query of nginx is seen`.
  var title: String { "\(source):\(place.start.line): \(name)" }

  /// The reasons of the failure, one a line; notes are indented.
  var lines: [String] {
    failures.flatMap { failure in [failure.message] + failure.notes.map { "  " + $0.description } }
  }
}

extension Visible {
  /// Returns a line that ends with its line break, and in which nothing acts on a terminal.
  fileprivate static func line(_ line: String) -> String { text(line.dropLast()) + "\n" }
}

/// The report of tests in the Test Anything Protocol.
///
/// Source: TAP version 13, https://testanything.org/tap-version-13-specification.html.
public enum TestTAP {
  /// Returns the plan and a line for each test, with a YAML block of reasons after each that failed, and the coverage in
  /// comments if it was counted.
  public static func render(_ report: TestReport) -> String {
    var text = "TAP version 13\n1..\(report.results.count)\n"
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
    let coverage = report.coverage.map { TestText.render($0).split(separator: "\n") } ?? []
    return text + coverage.map { "# \($0)\n" }.joined()
  }
}

/// The report of tests as commands that GitHub Actions turns into annotations, one for each test that failed.
///
/// Source: GitHub Docs, "Workflow commands for GitHub Actions".
public enum TestGitHub {
  /// Returns the commands, with a notice for each gap of the coverage if it was counted, followed by the summary in a line of
  /// its own.
  public static func render(_ report: TestReport) -> String {
    let failed = report.results.filter { !$0.isPassed }.map { result in
      GitHubRenderer.command(
        "error", source: result.source, range: result.place, title: "test failed",
        message: "\(result.name): " + result.lines.joined(separator: "\n")) + "\n"
    }
    let gaps = (report.coverage?.points ?? []).compactMap { point in
      point.gap.map {
        GitHubRenderer.command(
          "notice", source: point.source, range: SourceRange(start: point.place, end: point.place),
          title: "not tested", message: $0) + "\n"
      }
    }
    let coverage = report.coverage.map { "coverage \($0.percent) %\n" } ?? ""
    return failed.joined() + gaps.joined() + coverage + TestText.summary(report) + "\n"
  }
}

/// The report of tests as JSON.
///
/// Source: `docs/testing.md`.
public enum TestJSON {
  /// Returns one object with the numbers of tests, every result and, if it was counted, the coverage.
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
