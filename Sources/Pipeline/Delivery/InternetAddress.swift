// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// An IP address as numbers, and a port.
struct InternetAddress {
  private var address = sockaddr_storage()
  private var size: socklen_t
  /// `AF_INET` or `AF_INET6`.
  let family: Int32

  /// Reads an address; nil when it is none.
  ///
  /// Names are not looked up.
  init?(_ host: String, _ port: UInt16) {
    var four = sockaddr_in()
    var six = sockaddr_in6()
    if unsafe inet_pton(AF_INET, host, &four.sin_addr) == 1 {
      family = AF_INET
      four.sin_family = sa_family_t(AF_INET)
      four.sin_port = port.bigEndian
      size = socklen_t(MemoryLayout<sockaddr_in>.size)
      unsafe withUnsafeMutableBytes(of: &address) { room in
        unsafe withUnsafeBytes(of: &four) { unsafe room.copyMemory(from: $0) }
      }
    } else if unsafe inet_pton(AF_INET6, host, &six.sin6_addr) == 1 {
      family = AF_INET6
      six.sin6_family = sa_family_t(AF_INET6)
      six.sin6_port = port.bigEndian
      size = socklen_t(MemoryLayout<sockaddr_in6>.size)
      unsafe withUnsafeMutableBytes(of: &address) { room in
        unsafe withUnsafeBytes(of: &six) { unsafe room.copyMemory(from: $0) }
      }
    } else {
      return nil
    }
  }

  /// Creates the address of a structure of the C library's; nil when it is of another family.
  @unsafe init?(_ name: UnsafePointer<sockaddr>, size: socklen_t) {
    guard Int(size) <= MemoryLayout<sockaddr_storage>.size,
      unsafe [AF_INET, AF_INET6].contains(Int32(name.pointee.sa_family))
    else { return nil }
    family = Int32(unsafe name.pointee.sa_family)
    self.size = size
    unsafe withUnsafeMutableBytes(of: &address) { room in
      unsafe room.copyMemory(from: UnsafeRawBufferPointer(start: name, count: Int(size)))
    }
  }

  /// Begins to connect a socket to it, without waiting for the end; nil, with `errno`, when that is refused.
  ///
  /// A write fails with `EAGAIN` as long as there is no connection, and with the reason once there cannot be one.
  func connect(_ kind: __socket_type) -> Descriptor? {
    let type = Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let number = socket(family, type, 0)
    guard number >= 0 else { return nil }
    let made = Descriptor(owning: number)
    if kind == SOCK_STREAM {
      // A server that does not answer is tried for some seconds; one that is gone is noticed.
      for (level, option, value) in [
        (Int32(IPPROTO_TCP), TCP_SYNCNT, Int32(3)), (Int32(IPPROTO_TCP), TCP_NODELAY, 1),
        (SOL_SOCKET, SO_KEEPALIVE, 1), (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30),
        (Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10), (Int32(IPPROTO_TCP), TCP_KEEPCNT, 3),
      ] {
        var value = value
        unsafe setsockopt(
          number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
      }
    }
    var address = address
    let code = unsafe withUnsafeBytes(of: &address) {
      unsafe Glibc.connect(number, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, size)
    }
    if code == 0 || errno == EINPROGRESS { return made }
    let reason = errno
    _ = consume made
    errno = reason
    return nil
  }

  /// Makes a socket that can be connected to; nil, with `errno`, when that is refused.
  func listen(backlog: Int32) -> Descriptor? {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let number = socket(family, type | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard number >= 0 else { return nil }
    let made = Descriptor(owning: number)
    var yes: Int32 = 1
    unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = address
    let code = unsafe withUnsafeBytes(of: &address) {
      unsafe bind(number, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, size)
    }
    if code == 0, Glibc.listen(number, backlog) == 0 { return made }
    let reason = errno
    _ = consume made
    errno = reason
    return nil
  }
}
