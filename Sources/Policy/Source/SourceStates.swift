// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A snapshot of the state of policy files: which files there are, and when they last changed.
///
/// If two snapshots are equal, no file was changed, replaced, added or removed between them, as far as inode, size and
/// times show.
public struct SourceStates: Equatable, Sendable {
  private struct File: Equatable, Sendable {
    var path: String
    var device: UInt64 = 0
    var inode: UInt64 = 0
    var size: Int64 = 0
    /// Seconds and nanoseconds of `st_mtim`, then those of `st_ctim`.
    var times: [Int] = []
    var error: Int32 = 0
  }

  private var files: [File] = []
  private var failures: [SourceFailure] = []

  /// Takes a snapshot of files and of the policy files in directories; follows symbolic links, and leaves out `-`.
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
