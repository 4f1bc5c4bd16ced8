import Glibc

/// A path that could not be read or written, whatever it contains.
public struct SourceFailure: Error, Equatable, Sendable {
  /// The path, as the user gave it.
  public var path: String
  /// What failed and why, as one sentence without a full stop.
  public var reason: String

  /// Creates a failure of a path.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  fileprivate static func system(_ path: String, _ operation: String, _ code: Int32) -> Self {
    Self(path: path, reason: "cannot \(operation): \(String(cString: strerror(code)))")
  }
}

extension SourceFile {
  /// Returns the contents of a regular file or, for `-`, of standard input.
  ///
  /// - Throws: a failure if the path cannot be read, is not a regular file, or is longer than ``sizeLimit`` bytes.
  public static func read(_ path: String) throws(SourceFailure) -> SourceFile {
    if path == "-" { return SourceFile(name: path, bytes: try contents(of: 0, path)) }
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(path, "open it", errno) }
    try checkKind(status, path)
    // The path may lead to another file by now, which must not block either.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(path, "open it", errno) }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0 else { throw .system(path, "examine it", errno) }
    try checkKind(status, path)
    return SourceFile(name: path, bytes: try contents(of: descriptor, path))
  }

  /// Refuses anything but a regular file: others may be endless, block, or have side effects when opened.
  private static func checkKind(_ status: stat, _ path: String) throws(SourceFailure) {
    let kind: String
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: kind = "it is a directory"
    case S_IFIFO: kind = "it is a FIFO"
    case S_IFSOCK: kind = "it is a socket"
    default: kind = "it is a device"
    }
    throw SourceFailure(
      path: path,
      reason: "\(kind); policies are read only from regular files, or from standard input as -")
  }

  private static let tooLong = "it is longer than 1 MiB, the limit for a policy file"

  private static func contents(
    of descriptor: Int32, _ path: String
  ) throws(SourceFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= sizeLimit {
      let wanted = min(chunk.count, sizeLimit + 1 - bytes.count)
      let count = Glibc.read(descriptor, &chunk, wanted)
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(path, "read it", errno)
      }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    guard bytes.count <= sizeLimit else { throw SourceFailure(path: path, reason: tooLong) }
    return bytes
  }
}

/// Finds the policy files at a path.
public enum SourcePaths {
  /// The file name extensions of policies in a directory.
  public static let endings = [".yaml", ".yml", ".json"]

  /// Returns the path itself or, for a directory, the policy files directly in it, sorted by the bytes of their names.
  ///
  /// - Throws: a failure if the directory cannot be listed, or contains no policy file.
  public static func files(at path: String) throws(SourceFailure) -> [String] {
    var status = stat()
    guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      return [path]
    }
    guard let directory = opendir(path) else { throw .system(path, "list it", errno) }
    defer { closedir(directory) }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if endings.contains(where: { name.hasSuffix($0.utf8) }) { names.append(name) }
    }
    guard errno == 0 else { throw .system(path, "list it", errno) }
    let base = path.hasSuffix("/") ? path : path + "/"
    let files = names.sorted { $0.lexicographicallyPrecedes($1) }
      .map { base + String(decoding: $0, as: UTF8.self) }
      .filter { !isDirectory($0) }
    guard !files.isEmpty else { throw SourceFailure(path: path, reason: noFiles) }
    return files
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static let noFiles = "the directory contains no file that ends in .yaml, .yml or .json"
}

extension [UInt8] {
  fileprivate func hasSuffix(_ end: some BidirectionalCollection<UInt8>) -> Bool {
    reversed().starts(with: end.reversed())
  }
}
