// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Pipeline
import Policy
import System

/// Runs the tests of policies; needs no privilege and no kernel unless it is to ask the kernel, too.
struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the tests of policies.",
    discussion: """
      PATH is a file of tests, or a directory: then every file below it that ends with .test.yaml, .test.yml or \
      .test.json is run. Exits with 1 when a test fails, and with 2 when a file of tests is wrong.
      """)

  /// How results are shown.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, tap, junit, json, github
  }

  @Argument(help: "Files of tests, and directories.", completion: .file())
  var paths: [String]

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "Run only tests whose name contains a match of this expression.", valueName: "regex"))
  var names: String?

  @Option(help: "How results are shown.")
  var format = Format.text

  @Flag(help: "Show only the tests that fail.")
  var failOnly = false

  @Flag(help: "Show what the tests decide of the policies: rules, keys and values.")
  var coverage = false

  @Option(help: "Fail when less than this share of the policies is decided, in percent.")
  var threshold: Int?

  @Flag(help: "Also put each packet to the programs that trace, in the kernel; needs root.")
  var kernel = false

  @Flag(
    help: ArgumentHelp(
      "Print a file of tests of what happens now; the paths are a capture and a policy.",
      discussion: "Read it before you keep it: what is wrong now is expected by it."))
  var create = false

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
    if create { return try StandardOutput.write(created()) }
    let set = TestSet.load(paths: paths)
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
        var failures = run.failures(of: test) ?? CaptureTest.failures(of: test, in: suite)
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

  /// A file of tests of a capture, which pass now.
  private func created() throws -> String {
    let checked = PolicySet.load(paths: [paths[1]]).checked()
    for failure in checked.failures { StandardError.report("\(failure.path): \(failure.reason)") }
    StandardError.write(
      TextRenderer(sources: checked.sources).render(
        checked.diagnostics.filter { $0.severity == .error }))
    guard let plan = checked.plan, !plan.rules.isEmpty else { throw ExitCode.worldRefused }
    let counts: [(event: PolicyEvent, count: UInt64)]
    do { counts = try CaptureTest.counts(of: paths[0], by: plan) } catch {
      StandardError.report("\(error)")
      throw ExitCode.worldRefused
    }
    let expected = counts.map { event, count in
      "      - { count: \(count), policy: \(plan.policies[event.policy]), event: \(event.event.name) }\n"
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
