// SPDX-License-Identifier: Apache-2.0

/// The header of a UDP datagram (RFC 768).
///
/// Numbers are in host order.
struct UDPHeader: Equatable {
  let sourcePort: UInt16
  let destinationPort: UInt16
  /// The datagram's length as the header says; not compared with anything.
  let length: UInt16
  let checksum: UInt16

  /// Reads the header at an offset; nil when fewer than its 8 bytes are there.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard offset >= 0, offset <= bytes.byteCount - 8 else { return nil }
    sourcePort = bytes.network(offset)
    destinationPort = bytes.network(offset + 2)
    length = bytes.network(offset + 4)
    checksum = bytes.network(offset + 6)
  }
}
