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

  /// What a path begins with that is the address of a unix socket.
  static let socketPrefix = "unix:"

  /// Opens a path, or takes standard output for nil.
  ///
  /// A file is made with mode 0600 unless it exists, and lines are added at its end. A symbolic link is refused, and, in a
  /// directory where all may write, what another user has made, or has given a second name (`EXDEV`). A FIFO without a reader
  /// is an error (`ENXIO`), and so is a socket to which nobody listens.
  init(_ path: String?) throws(OutputError) {
    guard let path else {
      descriptor = STDOUT_FILENO
      isOwned = false
      kind = Self.kind(of: STDOUT_FILENO)
      return
    }
    let opened =
      path.hasPrefix(Self.socketPrefix)
      ? Self.connect(String(path.dropFirst(Self.socketPrefix.count))) : Self.open(path)
    guard opened >= 0 else { throw OutputError(operation: .open, path: path, code: errno) }
    if Self.isOfAStranger(opened, at: path) {
      close(opened)
      throw OutputError(operation: .open, path: path, code: EXDEV)
    }
    descriptor = opened
    isOwned = true
    kind = .own
  }

  /// Whether somebody else has put there, where all may put something, what is his to read.
  ///
  /// Kernels refuse some of it themselves, where they are told to (`fs.protected_regular`, proc_sys_fs(5)). A device of the
  /// machine is nobody's.
  private static func isOfAStranger(_ descriptor: Int32, at path: String) -> Bool {
    let isSocket = path.hasPrefix(socketPrefix)
    let place = isSocket ? String(path.dropFirst(socketPrefix.count)) : path
    var (status, directory) = (stat(), stat())
    let code = unsafe isSocket ? stat(place, &status) : fstat(descriptor, &status)
    let holder = LinkedPlaces.directory(of: place)
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

  private static func connect(_ path: String) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      let bytes = Array(path.utf8)
      guard bytes.count < room.count else { return false }
      unsafe room.copyBytes(from: bytes)
      return true
    }
    guard fits else {
      errno = ENAMETOOLONG
      return -1
    }
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let made = socket(AF_UNIX, type | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard made >= 0 else { return -1 }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let code = unsafe withUnsafeBytes(of: &address) {
      unsafe Glibc.connect(made, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, size)
    }
    guard code != 0 else { return made }
    let reason = errno
    close(made)
    errno = reason
    return -1
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
