// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A server of TCP at the loopback address.
public final class TCPServer: Sendable {
  /// The port, in host byte order.
  public let port: UInt16
  private let descriptor: Int32

  /// Ports below those that the kernel gives to whoever asks for a free one.
  private static let ports: Range<UInt16> = 10_000..<32_000
  private static let lastPort = Atomic(UInt16.random(in: ports))

  /// Listens at a port; when none is given, at one that nobody else of this process gets, also after this server has gone.
  public init(port: UInt16? = nil) throws {
    var attempts = 0
    while true {
      let next = Self.lastPort.wrappingAdd(1, ordering: .relaxed).newValue
      let tried = port ?? Self.ports.lowerBound + next % UInt16(Self.ports.count)
      do {
        descriptor = try Self.listen(at: tried)
        self.port = tried
        return
      } catch let error as SystemCallFailed
        where port == nil && error.code == EADDRINUSE && attempts < 1000
      { attempts += 1 }
    }
  }

  private static func listen(at port: UInt16) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
          ? Glibc.listen(descriptor, 8) : -1
      }
    }
    guard code == 0 else {
      let failure = SystemCallFailed("listen")
      close(descriptor)
      throw failure
    }
    return descriptor
  }

  deinit { close(descriptor) }

  /// Whether somebody has connected.
  public var isAsked: Bool {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, 0) == 1
  }

  /// The next connection, after a wait of some seconds for it.
  public func accept() throws -> Int32 {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, 20_000) == 1 else { throw SystemCallFailed("accept") }
    let connection = Glibc.accept(descriptor, nil, nil)
    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
    return connection
  }
}
