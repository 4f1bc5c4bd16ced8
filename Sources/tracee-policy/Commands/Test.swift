// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

/// Runs the tests of policies; needs privileges and a kernel only with `--kernel`.
struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the tests of policies.",
    discussion: """
      PATH is a file of tests, or a directory, of which every file in it and below it that ends with .test.yaml, \
      .test.yml or .test.json is run. Exits with 1 if a test fails, and with 2 if a file of tests, a policy or a capture \
      cannot be used.
      """)

  /// The output format of results.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, tap, junit, json, github
  }

  @Argument(help: "Files of tests and directories.", completion: .file())
  var paths: [String]

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "Run only tests whose name contains a match of this expression.", valueName: "regex"))
  var names: String?

  @Option(help: "The output format.")
  var format = Format.text

  @Flag(help: "Print only the tests that fail.")
  var failOnly = false

  @Flag(help: "Print which rules, keys and values of the policies no test decides.")
  var coverage = false

  @Option(
    help: ArgumentHelp(
      "With --coverage, exit with 1 if the tests decide less than this share, in percent.",
      valueName: "percent"))
  var threshold: Int?

  @Flag(
    help: "Also run each packet through the tracing programs in the kernel; needs root.")
  var kernel = false

  @Flag(
    help: ArgumentHelp(
      "Print a file of tests that passes now; the paths are a capture and a policy.",
      discussion:
        "Check what it expects before you keep it. Its paths are relative to the current directory."
    ))
  var create = false

  @OptionGroup var variables: VariableOptions

  func validate() throws {
    _ = try pattern()
    if create, paths.count != 2 { throw ValidationError("--create takes a capture and a policy") }
    if let threshold {
      guard (0...100).contains(threshold) else {
        throw ValidationError("--threshold takes a share from 0 to 100 percent")
      }
      guard coverage else { throw ValidationError("--threshold needs --coverage") }
    }
  }

  private func pattern() throws -> Regex<AnyRegexOutput>? {
    guard let names else { return nil }
    do { return try Regex(names) } catch {
      throw ValidationError("--run: '\(names)' is not a regular expression")
    }
  }

  func run() throws {
    let values = try variables.read().variables
    if create { return try StandardOutput.write(created(values)) }
    var set = TestSet.load(paths: paths, variables: values)
    if set.diagnostics.isEmpty { set.diagnostics = set.suites.flatMap(CaptureTest.findings) }
    for failure in set.failures { StandardError.report("\(failure.path): \(failure.reason)") }
    guard set.failures.isEmpty, set.diagnostics.isEmpty else {
      StandardError.write(shown(set))
      throw ExitCode.worldRefused
    }
    let report: TestReport
    do { report = try self.report(on: set) } catch let error as SystemError {
      StandardError.report(error.description)
      throw ExitCode.worldRefused
    }
    try StandardOutput.write(text(of: report))
    let isShort = threshold.map { (report.coverage?.percent ?? 100) < $0 } ?? false
    if isShort, let threshold {
      StandardError.report(
        "coverage is \(report.coverage?.percent ?? 0) %, less than \(threshold) %")
    }
    if report.failed > 0 || isShort { throw ExitCode.findings }
  }

  private func shown(_ set: TestSet) -> String {
    if format == .github { return GitHubRenderer.render(set.diagnostics) }
    let isTerminal = isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == nil
    return TextRenderer(sources: set.sources, isColoured: isTerminal).render(set.diagnostics)
  }

  private func report(on set: TestSet) throws -> TestReport {
    let pattern = try pattern()
    var results: [TestResult] = []
    var coverages: [TestCoverage] = []
    let start = ContinuousClock.now
    var check = KernelCheck()
    for (number, suite) in set.suites.enumerated() {
      var run = TestRun(suite, countsCoverage: coverage)
      for test in suite.cases {
        if let pattern, (try? pattern.firstMatch(in: test.name)) ?? nil == nil { continue }
        var failures: [TestFailure]
        if let found = run.failures(of: test) {
          failures = found + FindingTest.failures(of: test, in: suite)
        } else {
          let result = CaptureTest.result(of: test, in: suite, countsCoverage: coverage)
          failures = result.failures
          if let part = result.coverage { coverages.append(part) }
        }
        if kernel { failures += try check.failures(of: test, in: suite, number: number) }
        results.append(
          TestResult(
            source: suite.source, name: test.name, place: test.place, failures: failures))
      }
      if let part = run.coverage { coverages.append(part) }
    }
    if results.isEmpty {
      StandardError.report("no test has a name that matches '\(names ?? "")'")
      throw ExitCode.validationFailure
    }
    let (seconds, fraction) = (ContinuousClock.now - start).components
    return TestReport(
      results: results, seconds: Double(seconds) + Double(fraction) / 1e18,
      coverage: coverage ? TestCoverage(coverages) : nil)
  }

  /// Returns a file of tests of a capture that pass now.
  private func created(_ values: Variables) throws -> String {
    let checked = PolicySet.load(paths: [paths[1]], variables: values).checked()
    for failure in checked.failures { StandardError.report("\(failure.path): \(failure.reason)") }
    StandardError.write(
      TextRenderer(sources: checked.sources).render(
        checked.diagnostics.filter { $0.severity == .error }))
    guard let plan = checked.plan, !plan.rules.isEmpty else { throw ExitCode.worldRefused }
    let counts: [CaptureTest.Number]
    do { counts = try CaptureTest.counts(of: paths[0], by: plan) } catch {
      StandardError.report("\(error)")
      throw ExitCode.worldRefused
    }
    let expected = counts.map {
      "      - { count: \($0.count), policy: \($0.policy), event: \($0.event) }\n"
    }
    return """
      kind: PolicyTest
      policies: [\(JSONValue.text(paths[1]).rendered())]
      tests:
        - name: the capture as it was when this file was made
          capture: \(JSONValue.text(paths[0]).rendered())
          expect:
      \(expected.isEmpty ? "      - { count: 0 }\n" : expected.joined())
      """
  }

  private func text(of report: TestReport) -> String {
    switch format {
    case .text: TestText.render(report, onlyFailed: failOnly)
    case .tap: TestTAP.render(report)
    case .junit: TestJUnit.render(report)
    case .json: TestJSON.json(report).rendered() + "\n"
    case .github: TestGitHub.render(report)
    }
  }
}
