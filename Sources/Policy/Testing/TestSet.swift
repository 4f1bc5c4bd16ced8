// SPDX-License-Identifier: Apache-2.0

/// The tests of some paths, and everything that is wrong with their files.
public struct TestSet: Sendable {
  /// The tests that can be run, in the order of their files.
  public var suites: [TestSuite] = []
  /// Everything that is wrong, in the order of files and of places in them; tests are run only when this is empty.
  public var diagnostics: [Diagnostic] = []
  /// The files that could be read, those of policies among them.
  public var sources: [SourceFile] = []
  /// The paths that could not be read.
  public var failures: [SourceFailure] = []

  /// Reads all tests of files, and of directories and all that is below them.
  ///
  /// - Parameter read: reads one file.
  public static func load(
    paths: [String], read: (String) throws(SourceFailure) -> SourceFile = SourceFile.read
  ) -> TestSet {
    var set = TestSet()
    var known: [[String]: CheckedSet] = [:]
    for path in paths {
      do throws(SourceFailure) {
        for file in try TestFiles.files(at: path) {
          do throws(SourceFailure) { set.add(try read(file), &known) } catch {
            set.failures.append(error)
          }
        }
      } catch { set.failures.append(error) }
    }
    set.diagnostics = Diagnostic.sorted(set.diagnostics, by: set.sources.map(\.name))
    return set
  }

  private mutating func add(_ file: SourceFile, _ known: inout [[String]: CheckedSet]) {
    sources.append(file)
    let stream = YAMLStream(reading: file)
    diagnostics += stream.diagnostics
    let roots = stream.documents.filter { DocumentKind(of: $0) == .tests }
    if roots.isEmpty, stream.faults == 0 {
      diagnostics.append(
        Diagnostic(
          .missingKey, "there is no test in this file", source: file.name, range: nil,
          help: "begin with `kind: \(TestDocument.kind)`"))
    }
    for root in roots {
      let (document, found) = TestParser.parse(root, of: file)
      diagnostics += found
      guard let policies = policies(of: document, &known) else { continue }
      let before = diagnostics.count
      let cases = TestPreparation.cases(
        of: document, policies: policies.policies.map(\.document.name.text), into: &diagnostics)
      guard stream.diagnostics.isEmpty, found.isEmpty, diagnostics.count == before,
        let plan = ExplainedPlan(policies)
      else {
        continue
      }
      suites.append(
        TestSuite(source: file.name, policies: policies, plan: plan, cases: cases))
    }
  }

  /// The policies under test; nil, with findings, when they cannot be used.
  private mutating func policies(
    of document: TestDocument, _ known: inout [[String]: CheckedSet]
  ) -> CheckedSet? {
    guard !document.policies.isEmpty else { return nil }
    let paths = document.policies.map { Self.path($0.text, besides: document.source) }
    let isNew = known[paths] == nil
    let checked = known[paths] ?? PolicySet.load(paths: paths).checked()
    known[paths] = checked
    for failure in checked.failures {
      let text = zip(document.policies, paths).first { failure.path.hasPrefix($0.1) }?.0
      diagnostics.append(
        Diagnostic(
          .invalidValue, "\(failure.path): \(failure.reason)", source: document.source,
          range: (text ?? document.policies[0]).range))
    }
    if isNew {
      for source in checked.sources where !sources.contains(where: { $0.name == source.name }) {
        sources.append(source)
      }
      diagnostics += checked.diagnostics.filter { $0.severity == .error }
    }
    if checked.failures.isEmpty, let plan = checked.plan, plan.rules.isEmpty {
      diagnostics.append(
        Diagnostic(
          .noPolicy, severity: .error, "there is no policy at these paths", source: document.source,
          range: document.policies[0].range))
      return nil
    }
    return checked.plan == nil ? nil : checked
  }

  /// A path that is relative to the directory of a file.
  static func path(_ path: String, besides file: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return String(file[...slash]) + path
  }
}
