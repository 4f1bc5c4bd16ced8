/// The policies of some paths, as written, and everything that is wrong with their files.
///
/// Source: `docs/policy-language.md` §1. A set with a failure or a finding of error severity is not
/// to be applied.
public struct PolicySet: Equatable, Sendable {
  /// The policies in load order: that of the paths, of the files of a directory, and of the
  /// documents of a file.
  public var documents: [PolicyDocument] = []
  /// The files that could be read, also those without a policy.
  public var sources: [SourceFile] = []
  /// What is wrong with what the files hold, in load order and, within a file, in the order of
  /// places.
  public var diagnostics: [Diagnostic] = []
  /// The paths that could not be read.
  public var failures: [SourceFailure] = []
  /// What stands for `${NAME}`.
  public var variables = Variables()

  /// Makes an empty set.
  public init() {}

  /// Reads all policies of files, directories and, for `-`, standard input; stops at nothing that
  /// is wrong.
  ///
  /// - Parameters:
  ///   - variables: what stands for `${NAME}`.
  ///   - read: reads one file.
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

  /// Reads all policies of sources.
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

  /// Adds what a source holds; gives whether that is nothing at all.
  private mutating func add(_ source: SourceFile) -> Bool {
    let stream = YAMLStream(reading: source)
    var found = stream.diagnostics
    for root in stream.documents {
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
      .noPolicy, severity: severity, "there is no policy in this file", source: source.name,
      range: nil)
  }
}
