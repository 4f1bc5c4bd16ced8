// SPDX-License-Identifier: Apache-2.0

/// The tests of some paths, and everything that is wrong with the files that they need.
public struct TestSet: Sendable {
  /// The tests that can be run, in the order of their files.
  public var suites: [TestSuite] = []
  /// Everything that is wrong, in the order of files and of places in them; tests are run only when this is empty.
  public var diagnostics: [Diagnostic] = []
  /// The files that could be read, those of policies among them.
  public var sources: [SourceFile] = []
  /// The paths that could not be read.
  public var failures: [SourceFailure] = []

  /// The values of `${NAME}` in the policies under test.
  private let variables: Variables
  /// The policies that were read before, by their paths.
  private var known: [[String]: CheckedSet] = [:]

  private init(variables: Variables) { self.variables = variables }

  /// Returns all tests of files, and of directories and the directories below them.
  ///
  /// - Parameters:
  ///   - paths: files of tests, directories, and several directories separated by colons, of which the first that has a
  ///     file name wins.
  ///   - variables: the values of `${NAME}` in the policies under test.
  ///   - read: reads one file, of tests or of policies.
  public static func load(
    paths: [String], variables: Variables = Variables(),
    read: (String) throws(SourceFailure) -> SourceFile = SourceFile.read
  ) -> TestSet {
    var set = TestSet(variables: variables)
    for path in paths {
      do throws(SourceFailure) {
        for file in try TestFiles.files(at: path) {
          do throws(SourceFailure) { set.add(try read(file), read) } catch {
            set.failures.append(error)
          }
        }
      } catch { set.failures.append(error) }
    }
    set.diagnostics = Diagnostic.sorted(set.diagnostics, by: set.sources.map(\.name))
    return set
  }

  private mutating func add(
    _ file: SourceFile, _ read: (String) throws(SourceFailure) -> SourceFile
  ) {
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
      guard let policies = policies(of: document, read) else { continue }
      let before = diagnostics.count
      let cases = TestPreparation.cases(
        of: document, policies: policies.policies.map(\.document.name.text),
        signatures: policies.selectedSignatures, into: &diagnostics)
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
    of document: TestDocument, _ read: (String) throws(SourceFailure) -> SourceFile
  ) -> CheckedSet? {
    guard !document.policies.isEmpty else { return nil }
    let paths = document.policies.map { Self.directories($0.text, besides: document.source) }
    let lists = self.lists(of: document)
    let key = paths + lists.flatMap { [$0.name, $0.path] }
    let isNew = known[key] == nil
    let checked = known[key] ?? Self.checked(paths, lists, variables, read)
    known[key] = checked
    let unknown = document.lists.filter { !checked.listNames.contains($0.name.text) }
    diagnostics += unknown.map { .unknownList($0.name, among: checked.listNames) }
    for failure in checked.failures {
      let list = zip(document.lists, lists).first { failure.path == $0.1.path }?.0.path
      let text = list ?? zip(document.policies, paths).first { failure.path.hasPrefix($0.1) }?.0
      diagnostics.append(
        Diagnostic(
          .invalidValue, "\(failure.path): \(failure.reason)", source: document.source,
          range: (text ?? document.policies[0]).range))
    }
    if isNew {
      for source in checked.sources where !sources.contains(where: { $0.name == source.name }) {
        sources.append(source)
      }
      // A list that cannot be read is reported where it is named, and not again by each filter that names it.
      let isListed = checked.failures.contains { failure in
        lists.contains { $0.path == failure.path }
      }
      diagnostics += checked.diagnostics.filter {
        $0.severity == .error && !diagnostics.contains($0)
          && !(isListed && $0.code == LintRule.unknownList.code)
      }
    }
    if checked.failures.isEmpty, let plan = checked.plan, plan.rules.isEmpty {
      diagnostics.append(
        Diagnostic(
          .noPolicy, severity: .error, "there is no policy at these paths", source: document.source,
          range: document.policies[0].range))
      return nil
    }
    return checked.plan == nil || !unknown.isEmpty ? nil : checked
  }

  /// Returns the paths of the lists that a document puts in place of the policies' own, as the file system has them.
  private func lists(of document: TestDocument) -> [(name: String, path: String)] {
    document.lists.map {
      ($0.name.text, SourcePaths.absolute(Self.path($0.path.text, besides: document.source)))
    }
  }

  private static func checked(
    _ paths: [String], _ lists: [(name: String, path: String)], _ variables: Variables,
    _ read: (String) throws(SourceFailure) -> SourceFile
  ) -> CheckedSet {
    PolicySet.load(
      paths: paths, variables: variables,
      replacing: Dictionary(lists.map { ($0.name, $0.path) }) { first, _ in first }, read: read
    ).checked()
  }

  /// Returns a path, or several directories separated by colons, that are relative to the directory of a file.
  private static func directories(_ path: String, besides file: String) -> String {
    let whole = Self.path(path, besides: file)
    guard SourcePaths.directories(of: whole) != [whole] else { return whole }
    return path.split(separator: ":").map { Self.path(String($0), besides: file) }
      .joined(separator: ":")
  }

  /// Returns a path that is relative to the directory of a file.
  static func path(_ path: String, besides file: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return String(file[...slash]) + path
  }
}

extension CheckedSet {
  /// The names of the signatures, and whether findings of each are events of a policy.
  fileprivate var selectedSignatures: [String: Bool] {
    var selected: [String: Bool] = [:]
    for signature in signatures { selected[signature.document.name.text] = false }
    guard let plan else { return selected }
    for use in plan.uses where use.isShown { selected[plan.signatures[use.signature].name] = true }
    return selected
  }

  /// The names of the lists that policies and signatures name.
  fileprivate var listNames: [String] {
    let lists = policies.flatMap(\.document.lists) + signatures.flatMap(\.document.lists)
    return Set(lists.map(\.key.text)).sorted()
  }
}

extension Diagnostic {
  fileprivate static func unknownList(_ name: SourceText, among known: [String]) -> Self {
    Self(
      .unknownList, "no policy under test has a list named `\(name.text)`", source: name.source,
      range: name.range,
      help: Nearest.question(name.text, among: known)
        ?? (known.isEmpty ? nil : "they are \(known.prefix(6).joined(separator: ", "))"))
  }
}
