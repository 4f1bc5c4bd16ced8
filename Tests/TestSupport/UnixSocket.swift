// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Streams through a socket that has a path.
public enum UnixSocket {
  /// Listens at a path; returns the listener's descriptor.
  public static func listen(_ path: String) throws -> CInt {
    try make(path, SOCK_STREAM.rawValue, "bind to \(path)") {
      bind($0, $1, $2) == 0 ? Glibc.listen($0, 1) : -1
    }
  }

  /// Connects to a listener; returns the descriptor, which does not wait.
  public static func connect(_ path: String) throws -> CInt {
    try make(path, SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue, "connect to \(path)") {
      Glibc.connect($0, $1, $2)
    }
  }

  private static func make(
    _ path: String, _ type: UInt32, _ call: String,
    _ use: (CInt, UnsafePointer<sockaddr>, socklen_t) -> CInt
  ) throws -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw SystemCallFailed(call, ENAMETOOLONG)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let made = socket(AF_UNIX, CInt(type | SOCK_CLOEXEC.rawValue), 0)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { use(made, $0, size) }
    }
    guard code == 0 else {
      let failure = SystemCallFailed(call)
      close(made)
      throw failure
    }
    return made
  }
}
