import Glibc

/// A path that could not be read: the world's fault, not that of what the path holds.
public struct SourceFailure: Error, Equatable, Sendable {
  /// The path, as the user gave it.
  public var path: String
  /// One sentence without a full stop: what failed and why.
  public var reason: String

  /// Makes a failure.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  static func system(_ path: String, _ operation: String, _ code: Int32) -> Self {
    Self(path: path, reason: "cannot \(operation): \(String(cString: strerror(code)))")
  }
}

extension SourceFile {
  /// Reads a regular file or, for `-`, standard input.
  ///
  /// Reads no more than ``sizeLimit`` bytes and one: a longer source is a failure.
  public static func read(_ path: String) throws(SourceFailure) -> SourceFile {
    if path == "-" { return SourceFile(name: path, bytes: try contents(of: 0, path)) }
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(path, "open it", errno) }
    try checkKind(status, path)
    // What is there may be another by now, and must not keep us waiting either.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(path, "open it", errno) }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0 else { throw .system(path, "look at it", errno) }
    try checkKind(status, path)
    return SourceFile(name: path, bytes: try contents(of: descriptor, path))
  }

  /// Refuses what has no end, waits for somebody, or does something when it is opened.
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
      reason: "\(kind), and policies are read from regular files, or - for standard input")
  }

  private static let tooLong = "it is longer than 1 MiB, the most that is read of one file"

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
