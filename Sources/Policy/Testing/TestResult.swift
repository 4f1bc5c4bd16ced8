// SPDX-License-Identifier: Apache-2.0

/// The result of one test.
public struct TestResult: Equatable, Sendable {
  /// The name of the file of tests.
  public var source: String
  /// The name of the test.
  public var name: String
  /// Where the name of the test is written.
  public var place: SourceRange
  /// The reasons why the test failed; empty when it passed.
  public var failures: [TestFailure]

  /// Whether the test passed.
  public var isPassed: Bool { failures.isEmpty }

  /// Creates a result.
  public init(source: String, name: String, place: SourceRange, failures: [TestFailure]) {
    self.source = source
    self.name = name
    self.place = place
    self.failures = failures
  }
}

/// One reason why a test failed.
public struct TestFailure: Equatable, Sendable {
  /// The failure in one sentence without a full stop.
  public var message: String
  /// The rules and clauses that led to the verdict.
  public var notes: [Note]

  /// A line about a rule or a clause, with its place.
  public struct Note: Equatable, Sendable {
    /// The line without its place.
    public var text: String
    /// The name of the file that the line is about; empty for none.
    public var source: String
    /// The position in the file; nil for none.
    public var place: SourcePosition?

    /// The line with its place: `dns-out.yaml:12:9: data.dst_port=53: the packet has 443`.
    public var description: String {
      let point = place.map { ":\($0.line):\($0.column)" } ?? ""
      return source.isEmpty ? text : "\(source)\(point): \(text)"
    }

    /// Creates a note about a file, or about none.
    public init(_ text: String, source: String = "", place: SourcePosition? = nil) {
      self.text = text
      self.source = source
      self.place = place
    }
  }

  /// Creates a failure.
  public init(_ message: String, notes: [Note] = []) {
    self.message = message
    self.notes = notes
  }
}

/// The results of all tests of a run.
public struct TestReport: Equatable, Sendable {
  /// The results in the order of the tests.
  public var results: [TestResult]
  /// The duration of the run in seconds.
  public var seconds: Double
  /// The coverage of the policies; nil unless it was counted.
  public var coverage: TestCoverage?

  /// The number of tests that failed.
  public var failed: Int { results.count { !$0.isPassed } }

  /// Creates a report.
  public init(results: [TestResult], seconds: Double, coverage: TestCoverage? = nil) {
    self.results = results
    self.seconds = seconds
    self.coverage = coverage
  }
}
