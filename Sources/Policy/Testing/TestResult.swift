// SPDX-License-Identifier: Apache-2.0

/// What came of a test.
public struct TestResult: Equatable, Sendable {
  /// The name of the file.
  public var source: String
  /// The name of the test.
  public var name: String
  /// Where its name is written.
  public var place: SourceRange
  /// Why it failed; empty when it passed.
  public var failures: [TestFailure]

  /// Whether it passed.
  public var isPassed: Bool { failures.isEmpty }

  /// Makes a result.
  public init(source: String, name: String, place: SourceRange, failures: [TestFailure]) {
    self.source = source
    self.name = name
    self.place = place
    self.failures = failures
  }
}

/// One reason why a test failed.
public struct TestFailure: Equatable, Sendable {
  /// One sentence without a full stop.
  public var message: String
  /// What each rule has against it, and where.
  public var notes: [Note]

  /// A line about a rule or a clause.
  public struct Note: Equatable, Sendable {
    /// What there is to say.
    public var text: String
    /// The file.
    public var source: String
    /// Where in the file.
    public var place: SourcePosition?

    /// `dns-out.yaml:12:9: data.dst_port=53: the packet has 443`.
    public var description: String {
      let point = place.map { ":\($0.line):\($0.column)" } ?? ""
      return source.isEmpty ? text : "\(source)\(point): \(text)"
    }

    /// Makes a note.
    public init(_ text: String, source: String = "", place: SourcePosition? = nil) {
      self.text = text
      self.source = source
      self.place = place
    }
  }

  /// Makes a failure.
  public init(_ message: String, notes: [Note] = []) {
    self.message = message
    self.notes = notes
  }
}

/// What came of all tests.
public struct TestReport: Equatable, Sendable {
  /// The results in the order of the tests.
  public var results: [TestResult]
  /// How long it took, in seconds.
  public var seconds: Double
  /// How much of the policies was decided; nil when nobody asked.
  public var coverage: TestCoverage?

  /// How many tests failed.
  public var failed: Int { results.count { !$0.isPassed } }

  /// Makes a report.
  public init(results: [TestResult], seconds: Double, coverage: TestCoverage? = nil) {
    self.results = results
    self.seconds = seconds
    self.coverage = coverage
  }
}
