// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A host and a port that an output connects to.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// A name, or an address in digits; an IPv6 address has no brackets here.
  public let host: String
  /// The port, in host byte order.
  public let port: UInt16

  /// Creates an endpoint.
  public init(_ host: String, _ port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST:PORT` or `[IPV6]:PORT`; nil for anything else.
  init?(parsing text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      port > 0
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      guard InternetAddress(host, port)?.family == AF_INET6 else { return nil }
    } else {
      let isWord = host.utf8.allSatisfy { byte in
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
          || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || "-._".utf8.contains(byte)
      }
      guard isWord, (1...253).contains(host.utf8.count), host.utf8.first != UInt8(ascii: "-")
      else { return nil }
    }
    self.init(host, port)
  }

  /// Whether the host is a name, which must be looked up.
  var isName: Bool { InternetAddress(host, port) == nil }

  /// The text that the command line takes.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
