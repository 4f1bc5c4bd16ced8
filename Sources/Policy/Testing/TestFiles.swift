// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The files of tests that a path stands for.
enum TestFiles {
  /// The endings of the files of tests below a directory.
  static let endings = [".test.yaml", ".test.yml", ".test.json"]
  /// How many directories deep tests are looked for.
  private static let depthLimit = 32

  /// The path itself or, for a directory, the files of tests in it and below it, in the order of their names.
  ///
  /// Symbolic links to directories, and names that begin with a dot, are not followed.
  static func files(at path: String) throws(SourceFailure) -> [String] {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [path] }
    let base = path.hasSuffix("/") ? path : path + "/"
    let files = try files(below: base, depth: 1)
    guard !files.isEmpty else {
      throw SourceFailure(
        path: path, reason: "no file in it or below it ends with \(endings.joined(separator: ", "))"
      )
    }
    return files
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
