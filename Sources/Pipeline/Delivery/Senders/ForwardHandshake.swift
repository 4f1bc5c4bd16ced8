// SPDX-License-Identifier: Apache-2.0

import CMessageDigest

/// How a client and a server of Fluent's Forward protocol show each other that they have the same key.
///
/// Source: Fluent Forward protocol specification v1, `HELO`, `PING` and `PONG`.
struct ForwardHandshake {
  private let key: [UInt8]
  private let host: [UInt8]
  private let salt: [UInt8]

  /// Creates a handshake.
  ///
  /// - Parameters:
  ///   - key: the shared key.
  ///   - host: the name of this machine.
  init(key: [UInt8], host: [UInt8]) {
    self.key = key
    self.host = host
    var random = SystemRandomNumberGenerator()
    salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  /// What a server has sent so far.
  enum Reading: Equatable {
    /// It goes on.
    case incomplete
    /// It asks for the digest of its nonce and the key.
    case asks(nonce: [UInt8])
    /// It asks for a user and a password as well.
    case asksForUser
    /// It has the key, too.
    case agrees
    /// It refuses, with its reason.
    case refuses([UInt8])
    /// It does not have the key.
    case hasAnotherKey
    case unknown
  }

  /// The most bytes that a message of a server may have.
  static let limit = 1024

  /// Reads the greeting of a server.
  static func hello(_ bytes: [UInt8]) -> Reading {
    var reader = MessagePackReader(bytes)
    guard let elements = reader.list() else { return reader.reading }
    guard elements.count == 2, elements[0] == .text(Array("HELO".utf8)),
      case .map(let options) = elements[1],
      case .text(let nonce)? = options.first(where: { $0.key == Array("nonce".utf8) })?.value
    else { return .unknown }
    let user = options.first { $0.key == Array("auth".utf8) }?.value ?? .text([])
    return user == .text([]) ? .asks(nonce: nonce) : .asksForUser
  }

  /// The answer to a greeting.
  func ping(_ nonce: [UInt8]) -> [UInt8] {
    var message = LineBuffer(capacity: 256)
    message.append(0x96)
    message.append(packedText: Array("PING".utf8).bytes)
    message.append(packedText: host.bytes)
    message.append(0xc4)
    message.append(UInt8(salt.count))
    message.append(salt)
    message.append(packedText: digest(of: host, nonce).bytes)
    // No user, and no password.
    message.append(0xa0)
    message.append(0xa0)
    return message.copy
  }

  /// Reads what a server answers.
  func pong(_ bytes: [UInt8], _ nonce: [UInt8]) -> Reading {
    var reader = MessagePackReader(bytes)
    guard let elements = reader.list() else { return reader.reading }
    guard elements.count == 5, elements[0] == .text(Array("PONG".utf8)),
      case .truth(let isRight) = elements[1], case .text(let reason) = elements[2]
    else { return .unknown }
    guard isRight else { return .refuses(reason) }
    guard case .text(let server) = elements[3],
      elements[4] == .text(digest(of: server, nonce))
    else { return .hasAnotherKey }
    return .agrees
  }

  /// The SHA-512 of what both know and one of them is called, in hexadecimal digits.
  private func digest(of name: [UInt8], _ nonce: [UInt8]) -> [UInt8] {
    let text = salt + name + nonce + key
    var context = SHA2_CTX()
    unsafe SHA512Init(&context)
    unsafe text.withUnsafeBufferPointer {
      unsafe SHA512Update(&context, $0.baseAddress, $0.count)
    }
    var digest = [UInt8](repeating: 0, count: 64)
    unsafe digest.withUnsafeMutableBufferPointer {
      unsafe SHA512Final($0.baseAddress, &context)
    }
    let digits = Array("0123456789abcdef".utf8)
    return digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }
}
