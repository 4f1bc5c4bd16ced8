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

  /// How long ago the youngest of the files was changed; a time to come counts as long ago.
  public var age: Duration {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    // The last two of the times are of the last change of anything.
    let ages = files.filter { $0.times.count == 4 }.map { file in
      Duration.seconds(now.tv_sec - file.times[2]) + .nanoseconds(now.tv_nsec - file.times[3])
    }
    return ages.filter { $0 >= .zero }.min() ?? .seconds(Int64.max / 2)
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
