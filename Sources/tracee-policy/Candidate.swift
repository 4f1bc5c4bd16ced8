import Policy

/// A file that is to come into a directory of policies under some name, as configuration management checks one first.
struct Candidate {
  private let path: String
  private let name: String
  private let directory: String

  /// Names a file.
  ///
  /// - Parameters:
  ///   - name: the name in the directory; nil for the file's own.
  ///   - directory: the directory, or several with colons between them.
  init(_ path: String, as name: String?, in directory: String) {
    self.path = path
    self.name = name ?? Self.name(of: path)
    self.directory = directory
  }

  /// The set that would result.
  func set(_ variables: Variables) -> PolicySet {
    var files: [String] = []
    var failures: [SourceFailure] = []
    do throws(SourceFailure) {
      files = try SourcePaths.files(at: directory)
    } catch {
      // A directory without a policy becomes one with one.
      if error.path == directory, !SourcePaths.isEmptyDirectory(directory) {
        failures.append(error)
      }
    }
    // It stands where its name puts it, for the order of files is that of policies.
    files.removeAll { Self.name(of: $0) == name }
    let place = files.firstIndex { name.utf8.lexicographicallyPrecedes(Self.name(of: $0).utf8) }
    files.insert(path, at: place ?? files.endIndex)
    var set = PolicySet.load(paths: files, variables: variables)
    set.failures += failures
    return set
  }

  private static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
