// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Finds the files of tests at a path.
enum TestFiles {
  /// The endings of the files of tests below a directory.
  static let endings = [".test.yaml", ".test.yml", ".test.json"]
  /// The number of directories below each other in which tests are looked for.
  private static let depthLimit = 32

  /// Returns the path itself or, for directories, the files of tests in them and below them, in the order of their names.
  ///
  /// Of several directories separated by colons, the first that has a file name wins, as for policies. Symbolic links to
  /// directories, and names that begin with a dot, are not followed.
  ///
  /// - Throws: a failure if a directory cannot be listed or is too deep, or if there is no file of tests.
  static func files(at path: String) throws(SourceFailure) -> [String] {
    let directories = SourcePaths.directories(of: path)
    guard directories != [path] || isDirectory(path) else { return [path] }
    var files: [(name: Substring, path: String)] = []
    var names: Set<Substring> = []
    for directory in directories where directories.count == 1 || isDirectory(directory) {
      let base = directory.hasSuffix("/") ? directory : directory + "/"
      for file in try self.files(below: base, depth: 1) {
        let name = file.dropFirst(base.count)
        if names.insert(name).inserted { files.append((name, file)) }
      }
    }
    guard !files.isEmpty else {
      throw SourceFailure(
        path: path, reason: "no file in it or below it ends with \(endings.joined(separator: ", "))"
      )
    }
    return directories.count == 1
      ? files.map(\.path)
      : files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map(\.path)
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func files(below base: String, depth: Int) throws(SourceFailure) -> [String] {
    guard let directory = opendir(base) else {
      throw SourceFailure(path: base, reason: "cannot list it: \(String(cString: strerror(errno)))")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let name = String(decoding: bytes, as: UTF8.self)
      if !name.hasPrefix(".") { names.append(name) }
    }
    var files: [String] = []
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      var status = stat()
      guard lstat(base + name, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        guard depth < depthLimit else {
          throw SourceFailure(path: base + name, reason: "it is more than \(depthLimit) deep")
        }
        files += try self.files(below: base + name + "/", depth: depth + 1)
      } else if endings.contains(where: name.hasSuffix) {
        files.append(base + name)
      }
    }
    return files
  }
}
