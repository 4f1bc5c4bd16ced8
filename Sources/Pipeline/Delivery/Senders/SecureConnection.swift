// SPDX-License-Identifier: Apache-2.0

import CTransfer
import Glibc
import System

/// Whom a connection of TLS trusts, and who it says that it is.
public struct TLSOptions: Hashable, Sendable {
  /// A file with the certificates, in PEM, of those whom a server may be certified by; nil for the system's.
  public var authorities: String?
  /// A file with a certificate of this side and its key, in PEM; nil for none.
  public var certificate: String?

  /// The files that are read for each connection.
  var files: [String] { [authorities, certificate].compactMap(\.self) }
}

/// A connection of TLS to a server, by libcurl, which has to be loaded.
@safe final class SecureConnection {
  private let secure: OpaquePointer

  /// How long connecting may take, in milliseconds.
  private static let timeout = 10_000

  /// Connects, and waits until the server has shown a certificate that is trusted; nil when the queue gives up what is left.
  init?(
    _ endpoint: Endpoint, _ options: TLSOptions, for place: OutputPlace, _ queue: OutputQueue
  ) throws(OutputError) {
    let made = unsafe tp_secure_new(
      "https://\(endpoint)/", options.authorities, options.certificate, Self.timeout)
    guard let made = unsafe made else {
      throw OutputError(operation: .open, place: place, code: ENOMEM)
    }
    unsafe secure = made
    while unsafe tp_secure_step(secure, queue.writerWakeup.descriptor, 1000) == 0 {
      queue.writerWakeup.clear()
      if queue.orders.isAbandoned { return nil }
    }
    guard socket < 0 else { return }
    var error = OutputError(operation: .open, place: place, code: EPROTO)
    error.words = unsafe String(cString: tp_secure_error(secure))
    throw error
  }

  deinit { unsafe tp_secure_free(secure) }

  /// The socket to wait for.
  var socket: Int32 { unsafe tp_secure_socket(secure) }

  /// Sends bytes; returns how many, or a negative error number.
  func send(_ bytes: RawSpan) -> Int {
    unsafe bytes.withUnsafeBytes {
      guard let start = $0.baseAddress else { return 0 }
      return unsafe tp_secure_send(secure, start, $0.count)
    }
  }

  /// Receives bytes; returns how many, 0 at the end of the connection, or a negative error number.
  func receive(into bytes: inout [UInt8]) -> Int {
    unsafe bytes.withUnsafeMutableBytes {
      guard let start = $0.baseAddress else { return 0 }
      return unsafe tp_secure_receive(secure, start, $0.count)
    }
  }
}
