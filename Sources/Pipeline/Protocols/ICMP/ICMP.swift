// SPDX-License-Identifier: Apache-2.0

/// The header of an ICMP message (RFC 792).
///
/// Numbers are in host order.
struct ICMPHeader: Equatable {
  let type: UInt8
  let code: UInt8
  let checksum: UInt16
  /// The identifier of an echo; in other messages whatever stands there.
  let id: UInt16
  /// The sequence number of an echo; in other messages whatever stands there.
  let sequence: UInt16

  /// Reads the header at an offset; nil when fewer than its 8 bytes are there.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard offset >= 0, offset <= bytes.byteCount - 8 else { return nil }
    type = bytes.byte(offset)
    code = bytes.byte(offset + 1)
    checksum = bytes.network(offset + 2)
    id = bytes.network(offset + 4)
    sequence = bytes.network(offset + 6)
  }
}
