// SPDX-License-Identifier: Apache-2.0

import Policy

/// A policy file checked as part of a directory before it is installed there, as configuration management does.
struct Candidate {
  private let path: String
  private let name: String
  private let directory: String

  /// Creates a candidate.
  ///
  /// - Parameters:
  ///   - name: the name in the directory; nil for the file's own.
  ///   - directory: the directory, or several with colons between them.
  init(_ path: String, as name: String?, in directory: String) {
    self.path = path
    self.name = name ?? Self.name(of: path)
    self.directory = directory
  }

  /// Returns the set that the directory would contain with the file.
  func set(_ variables: Variables) -> PolicySet {
    var files: [String] = []
    var failures: [SourceFailure] = []
    do throws(SourceFailure) {
      files = try SourcePaths.files(at: directory)
    } catch {
      // An empty directory is no error: the file would be its first.
      if error.path == directory, !SourcePaths.isEmptyDirectory(directory) {
        failures.append(error)
      }
    }
    // The order of files is the order of policies.
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
