// SPDX-License-Identifier: Apache-2.0

/// The policies of a list of paths as written, and all findings about their files.
///
/// A set with a failure or a finding of error severity must not be applied. Source: `docs/policy-language.md` §1.
public struct PolicySet: Equatable, Sendable {
  /// The policies in load order: by path, then by file of a directory, then by document of a file.
  public var documents: [PolicyDocument] = []
  /// The files that could be read, including those without a policy.
  public var sources: [SourceFile] = []
  /// The findings about the files' contents, in load order and, within a file, in the order of places.
  public var diagnostics: [Diagnostic] = []
  /// The paths that could not be read.
  public var failures: [SourceFailure] = []
  /// The values that replace `${NAME}` in scopes and filters.
  public var variables = Variables()

  /// Creates an empty set, without policies, files or findings.
  public init() {}

  /// Returns all policies of files, directories and, for `-`, standard input; nothing that is wrong stops it.
  ///
  /// - Parameters:
  ///   - variables: the values of `${NAME}`.
  ///   - read: reads one file; an error becomes one of ``failures``.
  public static func load(
    paths: [String], variables: Variables = Variables(),
    read: (String) throws(SourceFailure) -> SourceFile = SourceFile.read
  ) -> PolicySet {
    var files: [SourceFile] = []
    var failures: [SourceFailure] = []
    for path in paths {
      do throws(SourceFailure) {
        for file in try SourcePaths.files(at: path) {
          do throws(SourceFailure) {
            files.append(try read(file))
          } catch {
            failures.append(error)
          }
        }
      } catch {
        failures.append(error)
      }
    }
    var set = parse(files, variables: variables)
    set.failures = failures
    return set
  }

  /// Returns all policies of sources, with the findings about them.
  public static func parse(
    _ sources: [SourceFile], variables: Variables = Variables()
  ) -> PolicySet {
    var set = PolicySet()
    set.sources = sources
    set.variables = variables
    let empty = sources.filter { set.add($0) }
    let severity: Diagnostic.Severity = set.documents.isEmpty ? .error : .warning
    set.expand(variables)
    set.diagnostics += empty.map { .noPolicy($0, severity) }
    set.diagnostics = Diagnostic.sorted(set.diagnostics, by: sources.map(\.name))
    return set
  }

  /// Adds the policies and findings of a source.
  ///
  /// Returns true if the source holds nothing at all.
  private mutating func add(_ source: SourceFile) -> Bool {
    let stream = YAMLStream(reading: source)
    var found = stream.diagnostics
    for root in stream.documents where DocumentKind(of: root) == nil {
      let (document, diagnostics) = PolicyParser.parse(root, of: source)
      if let document { documents.append(document) }
      found += diagnostics
    }
    diagnostics += found
    return stream.documents.isEmpty && found.isEmpty
  }
}

extension Diagnostic {
  fileprivate static func noPolicy(_ source: SourceFile, _ severity: Severity) -> Self {
    Self(
      .noPolicy, severity: severity, "this file contains no policy", source: source.name,
      range: nil)
  }
}
