// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// A socket at which a tracer answers questions.
public final class Listener: Sendable {
  /// The users that may connect to a listener.
  public enum Audience: Sendable {
    /// Root and the tracer's own user: they may change what is traced.
    case owner
    /// Whoever reaches the socket: they may only look.
    case everybody
  }

  /// The address of a listener: the path of a socket, or a port of the loopback.
  public enum Address: Equatable, Sendable {
    /// The path of a unix socket.
    case path(String)
    /// An IP address as numbers, and a port; 0 for one that the kernel chooses.
    case internet(String, UInt16)

    /// Reads `unix:PATH`, `127.0.0.1:9435` or `[::1]:9435`; nil for anything else.
    public init?(parsing text: String) {
      if text.hasPrefix("unix:") {
        let path = String(text.dropFirst("unix:".count))
        guard !path.isEmpty else { return nil }
        self = .path(path)
        return
      }
      guard let colon = text.lastIndex(of: ":"),
        let port = UInt16(text[text.index(after: colon)...])
      else { return nil }
      var host = String(text[..<colon])
      if host.hasPrefix("["), host.hasSuffix("]") {
        host = String(host.dropFirst().dropLast())
        guard InternetAddress(host, port)?.family == AF_INET6 else { return nil }
      } else if InternetAddress(host, port)?.family != AF_INET {
        return nil
      }
      self = .internet(host, port)
    }
  }

  let audience: Audience
  private let file: Descriptor
  private let path: String?
  /// What stands at the path: another tracer may put its own socket there once this one's name is gone.
  private let identity: Identity?

  /// Opens a socket before the tracer closes its doors.
  ///
  /// At a path that nobody listens to any more it takes the old socket's place. The socket has mode 0600 for its owner, 0660
  /// for everybody.
  ///
  /// - Parameter option: the option that names the address, for errors.
  public init(
    _ address: Address, for audience: Audience, option: String
  ) throws(OutputError) {
    self.audience = audience
    switch address {
    case .path(let path):
      self.path = path
      func failure(_ code: Int32) -> OutputError {
        OutputError(operation: .open, place: .unix(path), code: code, option: option)
      }
      guard let name = UnixAddress(path) else { throw failure(ENAMETOOLONG) }
      let obstacle = Self.clear(path, name)
      guard obstacle == 0 else { throw failure(obstacle) }
      let mask = umask(audience == .owner ? 0o177 : 0o117)
      let made = name.listen(backlog: Self.backlog)
      let code = errno
      umask(mask)
      guard let made else { throw failure(code) }
      file = made
      identity = Identity(path)
    case .internet(let host, let port):
      path = nil
      identity = nil
      guard let name = InternetAddress(host, port), let made = name.listen(backlog: Self.backlog)
      else {
        throw OutputError(
          operation: .open, place: .file("\(host):\(port)"), code: errno, option: option)
      }
      file = made
    }
  }

  deinit { remove() }

  private static let backlog: Int32 = 128

  /// Readable when somebody connects.
  var descriptor: Int32 { file.number }

  /// The port, of an address with one.
  public var port: UInt16? {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let code = unsafe withUnsafeMutableBytes(of: &address) {
      unsafe getsockname(
        file.number, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &size)
    }
    // Both families have the port in the same place.
    return code == 0 && path == nil ? UInt16(bigEndian: address.sin6_port) : nil
  }

  /// Takes the next connection; nil when there is none, or when whoever it is may not ask.
  func accept() -> Descriptor? {
    let number = Glibc.accept(file.number, nil, nil)
    guard number >= 0 else { return nil }
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    _ = fcntl(number, F_SETFL, O_NONBLOCK)
    return Descriptor(owning: number)
  }

  /// Who is at the other end of a connection of ``Audience/owner``, for reports; nil when he may not ask.
  func asker(_ connection: borrowing Descriptor) -> String? {
    guard audience == .owner else { return "somebody" }
    // struct ucred of unix(7): process, user, group.
    var peer = (process: pid_t(0), user: uid_t.max, group: gid_t.max)
    var size = socklen_t(12)
    let code = unsafe getsockopt(connection.number, SOL_SOCKET, SO_PEERCRED, &peer, &size)
    guard code == 0, size == 12, peer.user == 0 || peer.user == geteuid() else { return nil }
    return "ctl (uid \(peer.user), pid \(peer.process))"
  }

  /// Takes the socket's name away, so that nobody connects any more.
  func remove() {
    guard let path, let identity, Identity(path) == identity else { return }
    unsafe unlink(path)
  }

  /// Which file stands at a path.
  private struct Identity: Equatable {
    let device: dev_t
    let inode: ino_t
    /// When it was made or changed last, for numbers of files are used again.
    let seconds: Int
    let nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard unsafe lstat(path, &status) == 0 else { return nil }
      device = status.st_dev
      inode = status.st_ino
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  /// Removes a socket that nobody listens to; returns why there cannot be another one, or 0.
  private static func clear(_ path: String, _ name: UnixAddress) -> Int32 {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return 0 }
    guard status.st_mode & S_IFMT == S_IFSOCK else { return EEXIST }
    if name.connect(.stream) != nil { return EADDRINUSE }
    guard errno == ECONNREFUSED else { return errno }
    return unsafe unlink(path) == 0 ? 0 : errno
  }
}
