// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Finds the policy files at a path.
///
/// A path is a file, a directory, `-` for standard input, or several directories separated by colons. For each file name,
/// the first directory that has it wins, as in systemd's own directories.
public enum SourcePaths {
  /// The file name extensions of policies in a directory.
  public static let endings = [".yaml", ".yml", ".json"]

  /// A file of a directory, and whether it is read.
  public struct Entry: Equatable, Sendable {
    /// Whether a file is read, and why not.
    public enum Fate: Equatable, Sendable {
      /// It is read.
      case read
      /// It is a link to `/dev/null`, which masks the name in the directories that follow.
      case mask
      /// A file of the same name in an earlier directory is read instead.
      case replaced(by: String)
      /// A link to `/dev/null` of the same name in an earlier directory masks it.
      case masked(by: String)
    }

    /// The path of the file: that of its directory and its name.
    public var path: String
    /// Whether the file is read.
    public var fate: Fate
  }

  /// Returns the path itself or, for directories, the policy files that are read, sorted by the bytes of their names.
  ///
  /// - Throws: a failure if a directory cannot be listed, or if no file is read.
  public static func files(at path: String) throws(SourceFailure) -> [String] {
    try entries(at: path).filter { $0.fate == .read }.map(\.path)
  }

  /// Returns a path that means the same file from every directory; the path itself when the current directory has none.
  static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return String(cString: current) + "/" + path
  }

  /// Returns the path itself or, for directories, the policy files directly in them, sorted by the bytes of their names.
  ///
  /// Names that start with a dot are ignored: editors, rsync and Kubernetes use them for files that are not to be read.
  ///
  /// - Throws: a failure if a directory cannot be listed, or if no file is read.
  public static func entries(at path: String) throws(SourceFailure) -> [Entry] {
    let directories = directories(of: path)
    guard directories != [path] || isDirectory(path) else {
      return [Entry(path: path, fate: .read)]
    }
    var found: [(name: [UInt8], entry: Entry)] = []
    var fates: [[UInt8]: Entry.Fate] = [:]
    for directory in directories where directories.count == 1 || exists(directory) {
      for name in try names(in: directory) {
        let base = directory.hasSuffix("/") ? directory : directory + "/"
        let file = base + String(decoding: name, as: UTF8.self)
        guard !isDirectory(file) else { continue }
        let isMask = isMask(file)
        let fate = fates[name] ?? (isMask ? .mask : .read)
        if fates[name] == nil { fates[name] = isMask ? .masked(by: file) : .replaced(by: file) }
        found.append((name, Entry(path: file, fate: fate)))
      }
    }
    // Directories were taken in their order, which a stable order of names keeps.
    let sorted = found.enumerated().sorted { left, right in
      if left.element.name == right.element.name { return left.offset < right.offset }
      return left.element.name.lexicographicallyPrecedes(right.element.name)
    }
    let entries = sorted.map(\.element.entry)
    guard entries.contains(where: { $0.fate == .read }) else {
      throw SourceFailure(path: path, reason: directories.count == 1 ? noFile : noFiles)
    }
    return entries
  }

  /// Returns the directories of a path that lists several, in order of precedence; otherwise the path alone.
  public static func directories(of path: String) -> [String] {
    guard path.contains(":"), !exists(path) else { return [path] }
    return path.split(separator: ":").map(String.init)
  }

  /// Returns whether a path names one or more directories, none of which has a file that is read.
  public static func isEmptyDirectory(_ path: String) -> Bool {
    let directories = directories(of: path).filter(exists)
    return !directories.isEmpty && directories.allSatisfy(isDirectory)
      && (try? files(at: path)) == nil
  }

  private static func names(in directory: String) throws(SourceFailure) -> [[UInt8]] {
    guard let listing = opendir(directory) else { throw .system(directory, "list it", errno) }
    defer { closedir(listing) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(listing) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let isPolicy = name.first != UInt8(ascii: ".") && endings.contains { name.hasSuffix($0.utf8) }
      if isPolicy { names.append(name) }
    }
    guard errno == 0 else { throw .system(directory, "list it", errno) }
    return names
  }

  private static func isMask(_ path: String) -> Bool {
    guard let real = realpath(path, nil) else { return false }
    defer { free(real) }
    return String(cString: real) == "/dev/null"
  }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static let noFile = "the directory contains no file that ends in .yaml, .yml or .json"
  private static let noFiles = "the directories contain no file that ends in .yaml, .yml or .json"
}

extension [UInt8] {
  fileprivate func hasSuffix(_ end: some BidirectionalCollection<UInt8>) -> Bool {
    reversed().starts(with: end.reversed())
  }
}
