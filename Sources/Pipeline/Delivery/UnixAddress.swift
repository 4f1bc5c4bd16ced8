// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// The address of a unix socket: a path, or a name of the abstract namespace after `@`.
struct UnixAddress {
  /// What is sent through a socket.
  enum Kind {
    case stream, datagrams

    fileprivate var number: Int32 {
      let kind = self == .stream ? SOCK_STREAM : SOCK_DGRAM
      return Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    }
  }

  private var address = sockaddr_un()
  private var size: socklen_t

  /// Takes a path of at most 107 bytes; nil for a longer or an empty one.
  init?(_ path: String) {
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count < 108 else { return nil }
    let isAbstract = bytes[0] == UInt8(ascii: "@")
    if isAbstract { bytes[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    size = socklen_t(2 + bytes.count + (isAbstract ? 0 : 1))
  }

  /// Connects to it; nil, with `errno`, when that is refused.
  func connect(_ kind: Kind) -> Descriptor? {
    unsafe with(kind) { unsafe Glibc.connect($0, $1, $2) }
  }

  /// Makes a socket of this name that can be connected to; nil, with `errno`, when that is refused.
  func listen(backlog: Int32) -> Descriptor? {
    unsafe with(.stream) { number, address, size in
      guard unsafe bind(number, address, size) == 0 else { return -1 }
      return Glibc.listen(number, backlog)
    }
  }

  @unsafe private func with(
    _ kind: Kind, _ use: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32
  ) -> Descriptor? {
    let number = socket(AF_UNIX, kind.number, 0)
    guard number >= 0 else { return nil }
    let made = Descriptor(owning: number)
    var address = address
    let code = unsafe withUnsafeBytes(of: &address) {
      unsafe use(number, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, size)
    }
    guard code != 0 else { return made }
    // Closing it must not hide the reason.
    let reason = errno
    _ = consume made
    errno = reason
    return nil
  }
}
