// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc
import System

/// The descriptor of one destination; it is closed when it is released, unless it is standard output.
struct OutputFile: ~Copyable {
  /// The number, for calls while this lives.
  let descriptor: Int32
  private let isOwned: Bool
  private let kind: Kind

  /// How it is written without waiting for room.
  private enum Kind {
    /// It is ours alone, and does not block.
    case own
    /// Somebody shares it, so that it must be asked each time not to block.
    case sharedPipe, sharedSocket
    /// A file or a terminal, which takes all or waits.
    case blocking
  }

  /// Opens a place, or takes standard output.
  ///
  /// A file is made with mode 0600 unless it exists, and lines are added at its end. A symbolic link is refused, and, in a
  /// directory where all may write, what another user has made, or has given a second name (`EXDEV`). A FIFO without a reader
  /// is an error (`ENXIO`), and so is a unix socket to which nobody listens. A connection of TCP is only begun.
  ///
  /// - Parameter attempt: counts attempts, so that another address of a server is tried first each time.
  init(_ place: OutputPlace, attempt: Int = 0) throws(OutputError) {
    if place == .standardOutput {
      descriptor = STDOUT_FILENO
      isOwned = false
      kind = Self.kind(of: STDOUT_FILENO)
      return
    }
    let opened = try Self.open(place, attempt)
    guard opened >= 0 else { throw OutputError(operation: .open, place: place, code: errno) }
    if Self.isOfAStranger(opened, at: place) {
      close(opened)
      throw OutputError(operation: .open, place: place, code: EXDEV)
    }
    descriptor = opened
    isOwned = true
    kind = .own
  }

  private static func open(_ place: OutputPlace, _ attempt: Int) throws(OutputError) -> Int32 {
    switch place {
    case .file(let path): return open(path)
    case .unix(let path):
      // Of this name, not of the abstract one.
      guard let name = UnixAddress(path.hasPrefix("@") ? "./" + path : path) else {
        throw OutputError(operation: .open, place: place, code: ENAMETOOLONG)
      }
      return name.connect(.stream)?.release() ?? -1
    case .tcp(let endpoint):
      return try endpoint.connect(SOCK_STREAM, attempt: attempt, for: place).release()
    case .standardOutput, .syslog, .journald, .forward, .http, .kafka:
      preconditionFailure("nothing to open")
    }
  }

  /// Whether somebody else has put there, where all may put something, what is his to read.
  ///
  /// Kernels refuse some of it themselves, where they are told to (`fs.protected_regular`, proc_sys_fs(5)). A device of the
  /// machine is nobody's.
  private static func isOfAStranger(_ descriptor: Int32, at place: OutputPlace) -> Bool {
    var (status, directory) = (stat(), stat())
    let (code, path): (Int32, String)
    switch place {
    case .file(let file): (code, path) = (unsafe fstat(descriptor, &status), file)
    case .unix(let socket): (code, path) = (unsafe stat(socket, &status), socket)
    default: return false
    }
    let holder = LinkedPlaces.directory(of: path)
    guard code == 0, unsafe stat(holder, &directory) == 0,
      directory.st_mode & S_IWOTH != 0
    else { return false }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFCHR || kind == S_IFBLK { return false }
    let isTrusted = [geteuid(), 0, directory.st_uid].contains(status.st_uid)
    return !isTrusted || kind == S_IFREG && status.st_nlink > 1
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  private static func open(_ path: String) -> Int32 {
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK
    while true {
      let opened = unsafe Glibc.open(path, flags, 0o600)
      if opened >= 0 || errno != EINTR { return opened }
    }
  }

  private static func kind(of descriptor: Int32) -> Kind {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return .blocking }
    switch status.st_mode & S_IFMT {
    case S_IFIFO: return .sharedPipe
    case S_IFSOCK: return .sharedSocket
    default: return .blocking
    }
  }

  /// Why a connection is over, as an error number; 0 while it is not.
  ///
  /// What the other end has sent is thrown away. What is written first to a connection that the other end has closed is lost without an error.
  var connectionEnd: Int32 {
    guard kind == .own else { return 0 }
    var reason: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    // A read would say of a connection that was refused only that there is no more.
    if unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &reason, &size) != 0 { return 0 }
    if reason != 0 { return reason }
    var bytes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    while true {
      let count = unsafe withUnsafeMutableBytes(of: &bytes) {
        unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
      }
      if count > 0 { continue }
      return count == 0 ? EPIPE : [EAGAIN, EINTR, ENOTSOCK].contains(errno) ? 0 : errno
    }
  }

  /// Whether its path can get a new file, as rotation does it.
  var isRegular: Bool {
    var status = stat()
    return unsafe isOwned && fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Takes back the last bytes that were written to a file, unless its end is somebody else's by now; says whether it did.
  func takeBack(_ count: Int) -> Bool {
    let end = lseek(descriptor, 0, SEEK_CUR)
    var status = stat()
    guard isRegular, unsafe fstat(descriptor, &status) == 0, status.st_size == end else {
      return false
    }
    return ftruncate(descriptor, end - off_t(count)) == 0
  }

  /// Writes as many bytes as there is room for.
  ///
  /// - Returns: how many bytes were written, and the error number when none were; `EAGAIN` when there is no room.
  func write(_ bytes: RawSpan) -> (count: Int, code: Int32) {
    let count = unsafe bytes.withUnsafeBytes {
      switch kind {
      case .own, .blocking: unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      case .sharedPipe: unsafe Int(tp_write_now(descriptor, $0.baseAddress, $0.count))
      case .sharedSocket:
        unsafe send(
          descriptor, $0.baseAddress, $0.count,
          Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
      }
    }
    return count >= 0 ? (count, 0) : (0, errno)
  }
}
