import ArgumentParser
import Glibc
import Pipeline
import Policy

/// Runs the tests of policies; needs no privilege and no kernel unless it is to ask the kernel, too.
struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the tests of policies.",
    discussion: """
      PATH is a file of tests, or a directory: then every file below it that ends with .test.yaml, .test.yml or \
      .test.json is run. Exits with 1 when a test fails, and with 2 when a file of tests is wrong. How to write tests: \
      docs/testing.md.
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

  func validate() throws {
    _ = try pattern()
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
    let set = TestSet.load(paths: paths)
    for failure in set.failures { StandardError.say("\(failure.path): \(failure.reason)") }
    guard set.failures.isEmpty, set.diagnostics.isEmpty else {
      StandardError.write(shown(set))
      throw ExitCode.worldRefused
    }
    let report = try report(on: set)
    try StandardOutput.write(text(of: report))
    let isShort = threshold.map { (report.coverage?.percent ?? 100) < $0 } ?? false
    if isShort, let threshold {
      StandardError.say("coverage is \(report.coverage?.percent ?? 0) %, less than \(threshold) %")
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
    for suite in set.suites {
      var run = TestRun(suite, countsCoverage: coverage)
      for test in suite.cases {
        if let pattern, (try? pattern.firstMatch(in: test.name)) ?? nil == nil { continue }
        results.append(
          TestResult(
            source: suite.source, name: test.name, place: test.place,
            failures: run.failures(of: test) ?? []))
      }
      if let part = run.coverage { coverages.append(part) }
    }
    if results.isEmpty {
      StandardError.say("no test has a name that matches '\(names ?? "")'")
      throw ExitCode.validationFailure
    }
    let (seconds, fraction) = (ContinuousClock.now - start).components
    return TestReport(
      results: results, seconds: Double(seconds) + Double(fraction) / 1e18,
      coverage: coverage ? TestCoverage(coverages) : nil)
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
