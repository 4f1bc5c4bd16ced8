import Glibc

/// The descriptor of one destination; it is closed when it is released, unless it is standard output.
struct OutputFile: ~Copyable {
  private let descriptor: Int32
  private let isOwned: Bool

  /// Opens a path, or takes standard output for nil.
  ///
  /// A file is made with mode 0600 unless it exists, and lines are added at its end. A FIFO waits for its reader. A
  /// symbolic link is refused.
  init(_ path: String?) throws(OutputError) {
    guard let path else {
      descriptor = STDOUT_FILENO
      isOwned = false
      return
    }
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY
    var opened: Int32
    repeat { opened = unsafe open(path, flags, 0o600) } while opened < 0 && errno == EINTR
    guard opened >= 0 else { throw OutputError(operation: .open, path: path, code: errno) }
    descriptor = opened
    isOwned = true
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  /// Writes bytes in as few calls as the kernel takes.
  ///
  /// - Returns: how many bytes were written, and the error number that ended it, or 0.
  func write(_ bytes: RawSpan) -> (done: Int, code: Int32) {
    var done = 0
    while done < bytes.byteCount {
      let rest = bytes.extracting(droppingFirst: done)
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count >= 0 {
        done += count
      } else if errno == EAGAIN {
        // Somebody who shares the descriptor made it non-blocking.
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        unsafe poll(&wait, 1, -1)
      } else if errno != EINTR {
        return (done, errno)
      }
    }
    return (done, 0)
  }
}
