/// The policies of some paths, as written, and everything that is wrong with their files.
///
/// Source: `docs/policy-language.md` §1. A set with a failure or a finding of error severity is not
/// to be applied.
public struct PolicySet: Equatable, Sendable {
  /// The policies in load order: that of the paths, of the files of a directory, and of the
  /// documents of a file.
  public var documents: [PolicyDocument] = []
  /// The signatures in load order.
  public var signatures: [SignatureDocument] = []
  /// The lists that the documents name, by the paths of their files.
  public var lists: [String: ValueList] = [:]
  /// The files that could be read, also those without a policy.
  public var sources: [SourceFile] = []
  /// What is wrong with what the files hold, in load order and, within a file, in the order of
  /// places.
  public var diagnostics: [Diagnostic] = []
  /// The paths that could not be read.
  public var failures: [SourceFailure] = []

  /// Makes an empty set.
  public init() {}

  /// Reads all policies of files, directories and, for `-`, standard input; stops at nothing that
  /// is wrong.
  ///
  /// - Parameter read: reads one file.
  public static func load(
    paths: [String],
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
    var set = parse(files)
    set.failures = failures
    for path in set.listPaths {
      do throws(SourceFailure) {
        set.lists[path] = ValueList(reading: try ValueList.file(path))
      } catch {
        set.failures.append(error)
      }
    }
    return set
  }

  /// The paths of the files of lists that documents name, each once, in order.
  private var listPaths: [String] {
    let named =
      documents.flatMap { document in document.lists.map { ($0.value.text, document.source) } }
      + signatures.flatMap { document in document.lists.map { ($0.value.text, document.source) } }
    return named.map { ValueList.path($0, namedIn: $1) }.reduce(into: []) { paths, path in
      if !paths.contains(path) { paths.append(path) }
    }
  }

  /// Reads all policies of sources.
  ///
  /// - Parameter lists: the lists that they name, by the paths of their files.
  public static func parse(
    _ sources: [SourceFile], lists: [String: ValueList] = [:]
  ) -> PolicySet {
    var set = PolicySet()
    set.sources = sources
    set.lists = lists
    let empty = sources.filter { set.add($0) }
    let severity: Diagnostic.Severity =
      set.documents.isEmpty && set.signatures.isEmpty ? .error : .warning
    set.diagnostics += empty.map { .noPolicy($0, severity) }
    set.diagnostics = Diagnostic.sorted(set.diagnostics, by: sources.map(\.name))
    return set
  }

  /// Adds what a source holds; gives whether that is nothing at all.
  private mutating func add(_ source: SourceFile) -> Bool {
    let stream = YAMLStream(reading: source)
    var found = stream.diagnostics
    for root in stream.documents {
      if PolicyParser.isSignature(root) {
        let (document, diagnostics) = PolicyParser.parseSignature(root, of: source)
        if let document { signatures.append(document) }
        found += diagnostics
        continue
      }
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
