// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// The fixed header of an IPv6 packet (RFC 8200 §3).
///
/// Numbers are in host order.
struct IPv6Header: Equatable {
  static let size = 40

  let trafficClass: UInt8
  let flowLabel: UInt32
  /// The bytes after this header, as it says; not compared with anything.
  let length: UInt16
  /// The protocol of the header that follows, an extension header or not.
  let nextHeader: UInt8
  let hopLimit: UInt8
  let source: IPAddress
  let destination: IPAddress

  /// Reads the header that the bytes begin with; nil when there is none, or not all of it.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= Self.size, bytes.byte(0) >> 4 == 6 else { return nil }
    let start: UInt32 = bytes.network(0)
    trafficClass = UInt8(truncatingIfNeeded: start >> 20)
    flowLabel = start & 0xf_ffff
    length = bytes.network(4)
    nextHeader = bytes.byte(6)
    hopLimit = bytes.byte(7)
    source = IPAddress(high: bytes.network(8), low: bytes.network(16))
    destination = IPAddress(high: bytes.network(24), low: bytes.network(32))
  }

  /// What follows the extension headers: its protocol, and the bytes before it.
  ///
  /// Hop-by-hop (0), routing (43), fragment (44), authentication (51) and destination options (60) are followed,
  /// `TP_EXTENSION_HEADERS_MAX` of them at most. Source: RFC 8200 §4, RFC 4302 §2.2.
  ///
  /// What follows must begin within the first `TP_TRANSPORT_OFFSET_MAX` bytes.
  func payload(in bytes: RawSpan) throws(HiddenTransport) -> (nextProtocol: UInt8, offset: Int) {
    var next = nextHeader
    var offset = Self.size
    for _ in 0..<TP_EXTENSION_HEADERS_MAX {
      let size: (UInt8) -> Int
      switch next {
      case 0, 43, 60: size = { (Int($0) + 1) * 8 }
      case 44: size = { _ in 8 }
      case 51: size = { (Int($0) + 2) * 4 }
      default:
        guard offset <= TP_TRANSPORT_OFFSET_MAX else { throw .behindHeaders }
        return (next, offset)
      }
      // Each of them has at least eight bytes.
      guard offset + 8 <= bytes.byteCount else { throw .pastEnd }
      if next == 44, bytes.network(offset + 2, as: UInt16.self) >> 3 != 0 { throw .inFragment }
      next = bytes.byte(offset)
      offset += size(bytes.byte(offset + 1))
    }
    guard ![0, 43, 44, 51, 60].contains(next), offset <= TP_TRANSPORT_OFFSET_MAX else {
      throw .behindHeaders
    }
    return (next, offset)
  }
}
