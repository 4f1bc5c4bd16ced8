// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

extension Endpoint {
  /// Begins to connect to the first of its addresses that does not refuse at once.
  ///
  /// A name is looked up each time, which may take seconds: not on a thread that has to go on.
  ///
  /// - Parameters:
  ///   - kind: `SOCK_STREAM` or `SOCK_DGRAM`.
  ///   - attempt: counts attempts, so that another address is tried first each time.
  ///   - place: the place for which it is done, for errors.
  func connect(
    _ kind: __socket_type, attempt: Int = 0, for place: OutputPlace
  ) throws(OutputError) -> Descriptor {
    let addresses = try addresses(kind, for: place)
    var code = EHOSTUNREACH
    for index in addresses.indices {
      if let made = addresses[(index + attempt) % addresses.count].connect(kind) { return made }
      code = errno
    }
    throw OutputError(operation: .open, place: place, code: code)
  }

  /// The addresses of the host, in the order in which they should be tried.
  func addresses(
    _ kind: __socket_type, for place: OutputPlace
  ) throws(OutputError) -> [InternetAddress] {
    if let address = InternetAddress(host, port) { return [address] }
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(kind.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, String(port), &hints, &list)
    defer { if let list = unsafe list { unsafe freeaddrinfo(list) } }
    var addresses: [InternetAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let name = unsafe entry.pointee.ai_addr,
        let address = unsafe InternetAddress(name, size: entry.pointee.ai_addrlen)
      {
        addresses.append(address)
      }
      unsafe next = entry.pointee.ai_next
    }
    guard addresses.isEmpty else { return addresses }
    var error = OutputError(operation: .open, place: place, code: code == EAI_SYSTEM ? errno : 0)
    if code != EAI_SYSTEM, let words = unsafe gai_strerror(code) {
      error.words = "\(host): \(unsafe String(cString: words))"
    }
    throw error
  }
}
