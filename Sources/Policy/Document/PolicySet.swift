// SPDX-License-Identifier: Apache-2.0

/// The policies of a list of paths as written, and all findings about their files.
///
/// A set with a failure or a finding of error severity must not be applied. Source: `docs/policy-language.md` §1.
public struct PolicySet: Equatable, Sendable {
  /// The policies in load order: by path, then by file of a directory, then by document of a file.
  public var documents: [PolicyDocument] = []
  /// The signatures in load order.
  public var signatures: [SignatureDocument] = []
  /// The lists that the documents name, by the paths of their files.
  public var lists: [String: ValueList] = [:]
  /// The files that could be read, also those without a policy.
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
  ///   - replacing: absolute paths of files of lists that are read in place of those that documents name, by the names of
  ///     the lists.
  ///   - read: reads one file; an error becomes one of ``failures``.
  public static func load(
    paths: [String], variables: Variables = Variables(), replacing: [String: String] = [:],
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
    set.replaceLists(replacing)
    var size = 0
    for path in set.listPaths {
      do throws(SourceFailure) {
        let file = try ValueList.file(path, besides: size)
        size += file.bytes.count
        set.lists[path] = ValueList(reading: file)
      } catch {
        set.failures.append(error)
      }
    }
    return set
  }

  private mutating func replaceLists(_ paths: [String: String]) {
    func replaced(_ entry: DocumentEntry<SourceText>) -> DocumentEntry<SourceText> {
      var entry = entry
      if let path = paths[entry.key.text] {
        entry.value = SourceText(
          text: path, source: entry.value.source, range: entry.value.range)
      }
      return entry
    }
    guard !paths.isEmpty else { return }
    for index in documents.indices { documents[index].lists = documents[index].lists.map(replaced) }
    for index in signatures.indices {
      signatures[index].lists = signatures[index].lists.map(replaced)
    }
  }

  /// The paths of the files of lists that documents name, each once, in order.
  var listPaths: [String] {
    let named =
      documents.flatMap { document in document.lists.map { ($0.value.text, document.source) } }
      + signatures.flatMap { document in document.lists.map { ($0.value.text, document.source) } }
    return named.map { ValueList.path($0, namedIn: $1) }.reduce(into: []) { paths, path in
      if !paths.contains(path) { paths.append(path) }
    }
  }

  /// The files of policies, signatures and lists that could be read.
  public var allSources: [SourceFile] {
    sources + lists.values.map(\.source).sorted { $0.name < $1.name }
  }

  /// Returns all policies of sources that were kept together with the lists that they name.
  public static func parse(
    kept sources: [SourceFile], variables: Variables = Variables()
  ) -> PolicySet {
    let paths = Set(parse(sources).listPaths)
    let lists = sources.filter { paths.contains($0.name) }
    return parse(
      sources.filter { !paths.contains($0.name) }, variables: variables,
      lists: Dictionary(
        lists.map { ($0.name, ValueList(reading: $0)) }, uniquingKeysWith: { first, _ in first }))
  }

  /// Returns all policies of sources, with the findings about them.
  ///
  /// - Parameters:
  ///   - variables: the values of `${NAME}`.
  ///   - lists: the lists that they name, by the paths of their files.
  public static func parse(
    _ sources: [SourceFile], variables: Variables = Variables(), lists: [String: ValueList] = [:]
  ) -> PolicySet {
    var set = PolicySet()
    set.sources = sources
    set.variables = variables
    set.lists = lists
    let empty = sources.filter { set.add($0) }
    let severity: Diagnostic.Severity =
      set.documents.isEmpty && set.signatures.isEmpty ? .error : .warning
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
      .noPolicy, severity: severity, "this file contains no policy", source: source.name,
      range: nil)
  }
}
