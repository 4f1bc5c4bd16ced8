// SPDX-License-Identifier: Apache-2.0

import Policy

/// The header of an IPv4 packet (RFC 791 §3.1).
///
/// Numbers are in host order.
struct IPv4Header: Equatable {
  /// The header's length in words of four bytes, 5 to 15.
  let headerWords: UInt8
  let typeOfService: UInt8
  /// The packet's length as the header says; not compared with anything.
  let length: UInt16
  let id: UInt16
  /// Three bits: 2 is DF, 1 is MF.
  let flags: UInt8
  /// In units of eight bytes.
  let fragmentOffset: UInt16
  let timeToLive: UInt8
  let nextProtocol: UInt8
  let checksum: UInt16
  let source: IPAddress
  let destination: IPAddress

  /// Reads the header that the bytes begin with, options included; nil when there is none, or not all of it.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= 20, bytes.byte(0) >> 4 == 4 else { return nil }
    headerWords = bytes.byte(0) & 15
    guard headerWords >= 5, bytes.byteCount >= Int(headerWords) * 4 else { return nil }
    typeOfService = bytes.byte(1)
    length = bytes.network(2)
    id = bytes.network(4)
    let fragment: UInt16 = bytes.network(6)
    flags = UInt8(fragment >> 13)
    fragmentOffset = fragment & 0x1fff
    timeToLive = bytes.byte(8)
    nextProtocol = bytes.byte(9)
    checksum = bytes.network(10)
    source = IPAddress(ipv4: bytes.network(12))
    destination = IPAddress(ipv4: bytes.network(16))
  }
}
