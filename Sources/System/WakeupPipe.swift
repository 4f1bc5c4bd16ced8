// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A self-pipe: one thread wakes another that waits in poll(2).
package final class WakeupPipe: Sendable {
  private let ends: (reading: Int32, writing: Int32)

  /// Creates a pipe with no wake-up pending.
  ///
  /// - Throws: the error of pipe(2), such as `EMFILE`.
  package init() throws(SystemError) {
    var ends: (Int32, Int32) = (-1, -1)
    let code = unsafe withUnsafeMutableBytes(of: &ends) {
      unsafe pipe($0.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard code == 0 else { throw SystemError("make a pipe", code: errno) }
    for end in [ends.0, ends.1] {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    self.ends = ends
  }

  deinit {
    close(ends.reading)
    close(ends.writing)
  }

  /// Readable from the first ``wake()`` to the next ``clear()``.
  package var descriptor: Int32 { ends.reading }

  /// Makes the descriptor readable.
  package func wake() {
    var byte: UInt8 = 1
    // A full pipe is readable already.
    _ = unsafe write(ends.writing, &byte, 1)
  }

  /// Makes the descriptor unreadable until the next ``wake()``.
  package func clear() {
    var bytes: UInt64 = 0
    while unsafe read(ends.reading, &bytes, 8) == 8 {}
  }

  /// Waits for a wake-up, for something else to be ready, or for the end of the time; then clears.
  ///
  /// - Parameters:
  ///   - descriptor: what else is waited for.
  ///   - events: `POLLIN`, `POLLOUT` or both.
  ///   - milliseconds: the longest wait; negative for no limit.
  /// - Returns: whether the descriptor is ready, or has an error.
  package func wait(for descriptor: Int32, _ events: Int32, milliseconds: Int32 = -1) -> Bool {
    var files = (
      pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
    )
    _ = unsafe withUnsafeMutableBytes(of: &files) {
      unsafe poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, milliseconds)
    }
    clear()
    return files.1.revents != 0
  }

  /// Waits for a wake-up, for room in another descriptor, or for the end of the time; then clears.
  ///
  /// - Parameters:
  ///   - descriptor: one to write to; -1 for none.
  ///   - milliseconds: the longest wait; negative for no limit.
  package func wait(orRoomIn descriptor: Int32 = -1, milliseconds: Int32 = -1) {
    var files = (
      pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    )
    _ = unsafe withUnsafeMutableBytes(of: &files) {
      unsafe poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, milliseconds)
    }
    clear()
  }
}
