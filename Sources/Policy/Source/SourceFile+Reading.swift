// SPDX-License-Identifier: Apache-2.0

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

  static func system(_ path: String, _ operation: String, _ code: Int32) -> Self {
    Self(path: path, reason: "cannot \(operation): \(String(cString: strerror(code)))")
  }
}

extension SourceFile {
  /// Returns the contents of a regular file or, for `-`, of standard input.
  ///
  /// - Throws: a failure if the path cannot be read, is not a regular file, or is longer than ``sizeLimit`` bytes.
  public static func read(_ path: String) throws(SourceFailure) -> SourceFile {
    try read(path, upTo: sizeLimit, called: "policy file")
  }

  /// Returns the contents of a regular file or, for `-`, of standard input, of at most `limit` bytes.
  ///
  /// - Parameter kind: what the file is, for a sentence.
  static func read(
    _ path: String, upTo limit: Int, called kind: String
  ) throws(SourceFailure) -> SourceFile {
    if path == "-" { return SourceFile(name: path, bytes: try contents(of: 0, path, limit, kind)) }
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(path, "open it", errno) }
    try checkKind(status, path)
    // The path may lead to another file by now, which must not block either.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(path, "open it", errno) }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0 else { throw .system(path, "examine it", errno) }
    try checkKind(status, path)
    return SourceFile(name: path, bytes: try contents(of: descriptor, path, limit, kind))
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

  private static func contents(
    of descriptor: Int32, _ path: String, _ limit: Int, _ kind: String
  ) throws(SourceFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      let wanted = min(chunk.count, limit + 1 - bytes.count)
      let count = Glibc.read(descriptor, &chunk, wanted)
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(path, "read it", errno)
      }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    guard bytes.count <= limit else {
      throw SourceFailure(
        path: path, reason: "it is longer than \(limit >> 20) MiB, the limit for a \(kind)")
    }
    return bytes
  }
}
