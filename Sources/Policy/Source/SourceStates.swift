import Glibc

/// How the files that some paths stand for are at one moment.
///
/// While two of them are equal, nobody has changed, replaced, added or removed a file between the two moments.
public struct SourceStates: Equatable, Sendable {
  private struct File: Equatable, Sendable {
    var path: String
    var device: UInt64 = 0
    var inode: UInt64 = 0
    var size: Int64 = 0
    /// Of the last change of the contents, and of the last of anything: seconds and nanoseconds.
    var times: [Int] = []
    var error: Int32 = 0
  }

  private var files: [File] = []
  private var failures: [SourceFailure] = []

  /// Looks at all files of files and directories; symbolic links are followed.
  public init(of paths: [String]) {
    for path in paths where path != "-" {
      do throws(SourceFailure) {
        files += try SourcePaths.files(at: path).map(Self.state)
      } catch { failures.append(error) }
    }
  }

  private static func state(of path: String) -> File {
    var status = stat()
    guard stat(path, &status) == 0 else { return File(path: path, error: errno) }
    return File(
      path: path, device: UInt64(status.st_dev), inode: UInt64(status.st_ino),
      size: Int64(status.st_size),
      times: [
        status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
        status.st_ctim.tv_nsec,
      ])
  }
}
