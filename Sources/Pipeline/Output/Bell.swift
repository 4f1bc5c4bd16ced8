import Glibc

/// A descriptor that one thread makes readable for another, which polls it.
final class Bell: Sendable {
  private let ends: (reading: Int32, writing: Int32)

  /// Makes a bell that is silent.
  init() throws(OutputError) {
    var ends: (Int32, Int32) = (-1, -1)
    let code = unsafe withUnsafeMutableBytes(of: &ends) {
      unsafe pipe($0.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard code == 0 else { throw OutputError(operation: .makePipe, path: nil, code: errno) }
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

  /// Readable from the first ring until it is silenced.
  var descriptor: Int32 { ends.reading }

  /// Makes the descriptor readable.
  func ring() {
    var byte: UInt8 = 1
    // A full pipe rings already.
    _ = unsafe write(ends.writing, &byte, 1)
  }

  /// Makes the descriptor unreadable until the next ring.
  func silence() {
    var bytes: UInt64 = 0
    while unsafe read(ends.reading, &bytes, 8) == 8 {}
  }

  /// Waits until it rings, or another descriptor has room, or the time is over; then it is silent.
  ///
  /// - Parameters:
  ///   - descriptor: of an output; -1 for none.
  ///   - milliseconds: negative for as long as it takes.
  func wait(orRoomIn descriptor: Int32 = -1, milliseconds: Int32 = -1) {
    var files = (
      pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    )
    _ = unsafe withUnsafeMutableBytes(of: &files) {
      unsafe poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, milliseconds)
    }
    silence()
  }
}
